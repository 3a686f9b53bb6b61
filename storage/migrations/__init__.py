"""How the database becomes what this version of Kkachi needs; run on every start."""
