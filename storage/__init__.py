"""Tables, queries, migrations and the token vault: the only SQL."""
