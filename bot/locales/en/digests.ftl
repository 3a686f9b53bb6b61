digest-title = { $count } highlights for you
digest-all = See all
