"""The tests; they talk to the real program over real sockets."""
