"""The running application."""
