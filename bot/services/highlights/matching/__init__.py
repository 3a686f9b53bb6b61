"""Which rules a message hits: the word rule, and the search over every server's rules at once."""
