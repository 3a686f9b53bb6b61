move-copied = Rows copied: { $rows } in { $tables } tables. Each was compared.
move-former = The SQLite file is now { $file }. Delete it once all is well with the new database: it keeps what members erase from now on.
move-next = Put the new address into DATABASE_URL, then start Kkachi.
