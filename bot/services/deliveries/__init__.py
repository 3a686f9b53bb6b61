"""The outbox: what was accepted is sent within the allowance, once, and its outcome kept."""
