error-unexpected = Something went wrong. Please try again in a moment.
error-not-linked = Your KakaoTalk is not connected yet. Connect it with the button below, then try again.
error-link-broken = The connection to your KakaoTalk is lost. Please connect it again with the button below.
error-try-later = Kakao cannot be reached right now. Please try again in a moment.
error-app-spent = Kakao lets Kkachi ask for nothing more today. Please try again tomorrow.
error-discord-away = Discord does not answer just now. Please try again in a moment.
error-consent-missing =
    { $what ->
        [friends] To send to friends,
       *[me] To send to KakaoTalk,
    } agree to “{ $names }” at Kakao with the button below; it goes on right here when you return. Your connection stays as it is.
error-operator-fault = Kakao refuses Kkachi's requests. Whoever runs this bot has to correct its settings.
error-message-not-found = There is no such message, or none that you can read.
error-bad-message-reference = Please give a message link or a message id. Right-click or long-press a message and choose "Copy Message Link".
error-channel-named = That is a channel, not a message. Right-click or long-press the message to send, choose "Copy Message Link" and paste it.
error-content-hidden = I cannot read what this message says. Right-click or long-press the message and send it from "Apps" instead.
error-system-message = Notices that Discord writes by itself cannot be sent.
error-note-too-long = A note can have up to { $limit } characters; yours has { $length }.
error-too-many-friends = You can send to { $limit } friends at once. That would be { $count }, so your last choice was left out.
error-nobody-picked = Please pick at least one friend first.
error-only-in-servers = This can be turned on in a server only. Use it in the server where your name may be seen.
error-not-yours = This button is somebody else's. Use the command yourself.
error-expired = This panel has expired or was used already. Please use the command again.
error-consent-required = Kakao requires this consent for as long as you are connected. { COMMAND("kakao unlink") } takes all of them back.
error-settings-changed = Another admin has just changed the settings. Look at what they are now, then try again.
error-settings-take-back = There is no room for this beside what was added since. Take something away first, then try again.
error-unreadable = What is kept here for you, or for this server, cannot be read any more, so nothing was done. Please tell whoever runs this bot; the log names it. When cards come can be set anew with { COMMAND("highlight schedule") }.
error-nothing-left = There is nothing left to send.
error-rules-too-many = You can have { $limit } rules in this server. Remove one that you do not need first.
error-rule-duplicate = You have this rule already: { $text }
error-rule-empty = There is nothing in it to look for. Type a word or a phrase.
error-rule-never = That is never looked for in a message. Type something other than a mention, a custom emoji, an e-mail address or a spoiler; for mentions there is { COMMAND("highlight me") }.
error-rule-too-long = A word can have { $limit } characters; this one has { $length }.
error-rule-unknown = This rule was removed already.
error-rules-ignored = You can ignore { $limit } words.
error-pattern-bad = This is not a valid pattern. Check that every bracket is closed.
error-pattern-look-around = Patterns cannot look around ((?=…), (?!…), (?<=…), (?<!…)): on a long text that could take forever.
error-pattern-back-reference = Patterns cannot refer back to what they found (\1 and the like): on a long text that could take forever.
error-pattern-large = The pattern is too long or repeats too much. Keep it within { $limit } characters; it has { $length }.
error-pattern-everything = This pattern fits every message. Give it something to look for.
error-patterns-too-large = All your patterns together are too large. Use fewer repetitions, or remove a pattern you do not need.
error-time = This is no time of the day: { $text }. Write it like 08:00.
error-schedule = These choices do not go together, or there is no such time zone. Write time zones like Asia/Seoul.
error-nothing-named = Choose at least one thing to change.
error-subscriptions-too-many = You can have { $limit } subscriptions in this server. Switch some off in { COMMAND("notify list") }.
error-subscription-everywhere = You hear of this in the whole server already.
error-subscription-unknown = You have no such subscription. See { COMMAND("notify list") }.
error-notify-channel = This does not happen in that channel. Choose another, or none.
error-notify-tag = That forum has no such tag. Choose the forum first, then a tag from the list.
error-notify-admins = Only those who manage this server can hear of this.
error-feature-off = The admins of this server have switched this off.
error-feature-off-elsewhere = The admins of the server it is from have switched this off.
error-role-needed = In this server only members with one of these roles can do this: { $roles }.
error-role-needed-elsewhere = In the server it is from only members with certain roles can do this.
error-place-off = The admins of this server do not allow messages of this channel to be sent to KakaoTalk.
error-place-off-elsewhere = The admins of the server that the message is in do not allow messages of that channel to be sent to KakaoTalk.
error-sends-limit = You have sent the { $limit } messages that this server allows in a day, or would send more than that. Try again tomorrow.
error-sends-limit-elsewhere = You have sent the { $limit } messages that the server it is from allows in a day, or would send more than that. Try again tomorrow.
error-less-may-leave = The admins of the server it is from let less of a message out by now. Use the command on that message again.
error-excluded =
    An admin of this server has ended what it may do with your KakaoTalk link.
    Reason: { $reason }
error-excluded-elsewhere =
    An admin of the server it is from has ended what it may do with your KakaoTalk link.
    Reason: { $reason }
error-number-none = No number is awaited: you have not agreed at Kakao yet, ten minutes are over, or it was typed already. Start anew with the button below.
error-number-form = Please type the six digits that came to your KakaoTalk.
error-number-wrong = { $left ->
        [one] That is not the number. You have one try left.
       *[other] That is not the number. You have { $left } tries left.
    }
error-number-over = Five numbers were wrong, so nothing was connected. What Kakao had told about the account is erased. You can start anew with the button below.
error-number-taken = Meanwhile another Discord account has connected this Kakao account. Please choose another Kakao account.
error-number-cards = A number can be sent { $limit } times an hour. Please try again later.
error-number-refused = The number cannot be sent to KakaoTalk just now. If one has come before, type that.
