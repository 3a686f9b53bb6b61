operator-title = Kkachi for its operator
operator-page-servers = Servers
operator-page-defaults = What servers start from
operator-page-lists = Allowed and blocked
operator-page-work = Maintenance, notices, modules
operator-choose-page = Choose a page
operator-choose-server = Choose a server
operator-choose-reload = Choose a module to reload
operator-servers-none = Kkachi is in no server yet.
operator-server = **{ $name }** · today { $today } / { $part } · 30 days { $month }
operator-server-more =
    Server ID `{ $number }` · { $linked } members linked
    { $share ->
    [fair] Its part of today's sends is the same as every server's.
    *[other] Its part is { $share } % of all sends of a day.
    } It may use more while other servers do not need theirs.
operator-share = Set its part
operator-share-label = Percent of a day's sends (empty: equal)
operator-button-block = Block
operator-button-unblock = Unblock
operator-back = All servers
operator-button-earlier = Previous
operator-button-later = Next
operator-lists = If nobody is on an allow list, everybody may use Kkachi. A block always counts, and stops cards that wait.
operator-list-server-blocked = Blocked servers
operator-list-server-allowed = Allowed servers
operator-list-member-blocked = Blocked members
operator-list-member-allowed = Allowed members
operator-list-label = IDs, one on each line
operator-maintenance-off = **No maintenance**
    During maintenance nothing new can be sent, and cards that were accepted wait until it is over.
operator-maintenance-on =
    🛠️ **Maintenance**
    Nothing is sent. When it is over, the cards that wait go first.
operator-turn-off = Begin maintenance
operator-turn-on = End maintenance
operator-notice = **Notice**
    It goes to every server's log channel, in that server's language. If you fill in one language only, all servers get that one.
operator-notice-write = Write a notice
operator-notice-log = 📣 A notice from Kkachi's operator: { $text }
operator-notice-told = Written into the log channels of { $told } of { $all } servers.
operator-reload = **Reload a module**
error-operator-id = An ID has 17 to 20 digits. Please write one on each line.
error-operator-share = Please type a number from 0 to 100, or nothing.
error-shares-full = Together the parts that are set would be more than 100 %.
error-list-full = A list can hold up to { $limit }.
error-barred = The operator does not let this Kkachi be used here.
error-maintenance = Kkachi is under maintenance. Cards that were accepted are sent when it is over.
error-share-spent = This server has used its part of today's sends. If other servers leave some of theirs, you can try again later.
