"""One part at a time, over the real database and real sockets where it has any."""
