"""Draws a Discord message or a server event as a Kakao template."""
