# The cards in KakaoTalk.
card-place = #{ $channel }
card-place-thread = { $parent } › { $channel }
card-place-nameless = Discord message
card-place-direct = Direct message
card-place-group = Group chat
card-place-elsewhere = Another server
card-why = 🔔 { $names }
card-why-word = word
card-why-pattern = pattern
card-why-mention = mention
card-why-role = role mention
card-why-reply = reply
card-why-reaction = reactions
card-why-any = new message
card-button = Original
card-button-voice = Voice
card-button-event = Event
card-button-discord = Discord
card-several = { $place } · { $count } messages
card-note = 📝 { $note }
card-reply = ↪ { $author }: { $text }
card-said = { $author }: { $text }
card-before = ↑ { $author }: { $text }
card-kept = You can read it on Discord.
card-forwarded = [Forwarded] { $text }
card-forward = a forwarded message
card-notice = a Discord system message
card-picture = Picture
card-empty = (a message without text)
card-age-restricted = Age-restricted: read it on Discord.
card-spoiler = (spoiler)
card-file = 📎 { $name }
card-files = 📎 { $name } and { $more } more
card-spoiler-files = 🙈 { $number ->
    [one] 1 hidden file
   *[other] { $number } hidden files
}
card-voice = 🎤 Voice message { $length }
card-stickers = 🏷️ Sticker: { $names }
card-poll = 📊 { $question }
card-poll-over = 📊 The poll has ended: { $question }
card-poll-answer = { $number }. { $answer }
card-unknown-member = unknown-user
card-unknown-role = unknown-role
card-unknown-channel = unknown-channel
card-zone = { $moment } ({ $zone })
card-navigation-customize = Channels & Roles
card-navigation-browse = Browse Channels
card-navigation-guide = Server Guide
card-navigation-home = Server Guide
card-navigation-linked-roles = Linked Roles
card-sound = 🔊 soundboard sound
card-moment = { $date } { $time }
card-date = { $weekday ->
    [0] Mon
    [1] Tue
    [2] Wed
    [3] Thu
    [4] Fri
    [5] Sat
   *[6] Sun
} { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
card-date-with-year = { $weekday ->
    [0] Mon
    [1] Tue
    [2] Wed
    [3] Thu
    [4] Fri
    [5] Sat
   *[6] Sun
} { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $year }
