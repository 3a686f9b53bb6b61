"""This process among others on one database: who lives, what they change, what they pass on."""
