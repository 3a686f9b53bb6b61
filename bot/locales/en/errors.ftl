error-unexpected = Something went wrong. Please try again in a moment.
error-not-linked = Your KakaoTalk is not linked yet. Link it with the button below, then try again.
error-link-broken = Your KakaoTalk link has stopped working. Please link again with the button below.
error-try-later = Kakao cannot be reached right now. Please try again in a moment.
error-app-spent = Kakao lets Kkachi ask for nothing more today. Please try again tomorrow.
error-discord-away = Discord does not answer right now. Please try again in a moment.
error-consent-missing =
    { $what ->
        [friends] To send to friends,
       *[me] To send to KakaoTalk,
    } agree to “{ $names }” at Kakao with the button below; you can continue here when you return. Your link stays as it is.
error-operator-fault = Kakao refuses Kkachi's requests. The operator has to correct the settings.
error-message-not-found = This message does not exist, or you cannot read it.
error-bad-message-reference = Please give a message link or a message ID. Right-click or long-press a message and choose "Copy Message Link".
error-channel-named = That is a channel, not a message. Right-click or long-press the message to send, choose "Copy Message Link" and paste it.
error-content-hidden = I cannot read what this message says. Right-click or long-press the message and send it from "Apps" instead.
error-system-message = Discord's system messages cannot be sent.
error-author-opted-out = The author of this message does not want it to be sent with Kkachi.
error-author-not-in-passing = The author of this message opted out of automatic sends. You can still send it by hand from the message menu.
error-no-longer-whole = Some of these messages may not be sent any more. Use the command again to send the others.
error-other-channel = Both messages have to be in the same channel.
error-no-thread = This message has no thread that you can read. Choose a message in the thread, or the one it began with.
error-until-or-thread = Use either "until" or "thread", not both.
error-none-left =
    { $count ->
        [0] There is no message here that could be sent.
       *[other] The authors of these messages opted out of automatic sends, so none of them goes along. You can still send one by hand from the message menu.
    }
error-no-emoji = Please choose one emoji, such as 🔖 or one of this server's. Type off to turn this off.
error-too-many-reactions = { $limit } messages you reacted to are still waiting to be sent. React again once some of them are sent.
error-note-too-long = A note can have up to { $limit } characters; yours has { $length }.
error-too-many-friends = You can send to up to { $limit } friends at once. That would have been { $count }, so your last choice was left out.
error-nobody-picked = Please pick at least one friend first.
error-only-in-servers = This can be turned on in a server only. Use it in the server where your name may be seen.
error-not-yours = Only the person who used the command can press this button. Use the command yourself.
error-expired = This panel has expired or was used already. Please use the command again.
error-consent-required = Kakao requires this consent for as long as you are linked. { COMMAND("kakao unlink") } withdraws all of them.
error-settings-changed = Another admin has just changed the settings. Look at what they are now, then try again.
error-settings-take-back = Undoing this would exceed a limit, because more was added since. Remove something first, then try again.
error-unreadable = The settings stored for you, or for this server, can no longer be read, so nothing was done. Please tell the operator; the log has the details. You can set your schedule again with { COMMAND("highlight schedule") }.
error-nothing-left = There is nothing left to send.
error-rules-too-many = You can have { $limit } rules in this server. Remove one that you do not need first.
error-rule-duplicate = You have this rule already: { $text }
error-rule-empty = There is nothing to look for. Type a word or a phrase.
error-rule-never = That is never looked for in a message. Type something other than a mention, a custom emoji, an e-mail address or a spoiler; for mentions there is { COMMAND("highlight me") }.
error-rule-too-long = A word or phrase can have up to { $limit } characters; this one has { $length }.
error-rule-unknown = There is no such rule. It may have been removed, or has another name.
error-rule-ambiguous = Several of your rules match "{ $text }". Choose one of those that are offered.
error-rule-nothing = Without a word, choose a channel, a member or a role.
error-rule-everywhere = A rule for all servers cannot name channels or roles, only people.
error-rule-places = One rule can name { $limit } channels or people.
error-rule-only-words = A mode and capital letters are for rules about a word; only such rules and patterns take another word.
error-rule-only-reactions = A number of reactions goes with "reactions to my messages" only.
error-rule-reactions-by = Reactions to your own messages are counted, so no member can be chosen.
error-rule-cooldown = Write the minutes between cards as a number from 0 to { $most }.
error-rules-ignored = You can ignore { $limit } words.
error-pattern-bad = This is not a valid pattern. Check that every bracket is closed.
error-pattern-look-around = Patterns cannot use look-around ((?=…), (?!…), (?<=…), (?<!…)): on long messages it could take too long.
error-pattern-back-reference = Patterns cannot use back references (\1 and the like): on long messages they could take too long.
error-pattern-large = The pattern is too long or repeats too much. Keep it within { $limit } characters; it has { $length }.
error-pattern-everything = This pattern matches every message. Give it something to look for.
error-patterns-too-large = All your patterns together are too large. Use fewer repetitions, or remove a pattern you do not need.
error-time = This is not a time: { $text }. Write it like 08:00.
error-schedule = These choices do not go together, or there is no such time zone. Write time zones like Asia/Seoul.
error-schedule-together = Minutes go with "every", hours with "at set hours". Give one of them alone and the mode follows.
error-schedule-leftovers = With set hours, whatever exceeded the daily limit comes at those hours too. Choose a time for it with another mode.
error-schedule-quiet = These quiet hours begin when they end. Write them like 23:00-08:00, or off for none.
error-nothing-named = Choose at least one thing to change.
error-subscriptions-too-many = You can have { $limit } subscriptions in this server. Switch some off in { COMMAND("notify list") }.
error-subscription-everywhere = You already get this for the whole server.
error-subscription-unknown = You have no such subscription. See { COMMAND("notify list") }.
error-notify-channel = That channel does not have this. Choose another channel, or none.
error-notify-tag = That forum has no such tag. Choose the forum first, then a tag from the list.
error-notify-admins = Only those who can manage this server can get this.
error-notify-member = Choose “A member joins voice” and the member together.
error-notify-watch = Bots and yourself cannot be chosen. Choose another member.
error-presence-too-many = You can have { $limit } members asked a day. Try again tomorrow.
error-presence-opted-out = You have opted out of automatic sends, so you cannot allow this. Opt back in with { COMMAND("privacy optout") } first.
error-feature-off = The admins of this server have switched this off.
error-feature-off-elsewhere = The admins of the server it is from have switched this off.
error-role-needed = In this server, only members with one of these roles can do this: { $roles }.
error-role-needed-elsewhere = In the server it is from, only members with certain roles can do this.
error-place-off = The admins of this server do not allow messages from this channel to be sent to KakaoTalk.
error-place-off-elsewhere = The admins of the server that the message is in do not allow messages from that channel to be sent to KakaoTalk.
error-sends-limit = You have sent the { $limit } messages that this server allows in a day, or would send more than that. Try again tomorrow.
error-sends-limit-elsewhere = You have sent the { $limit } messages that the server it is from allows in a day, or would send more than that. Try again tomorrow.
error-less-may-leave = The admins of the server it is from have since limited what may be sent. Use the command on that message again.
error-excluded =
    An admin of this server has stopped it from using your KakaoTalk link.
    Reason: { $reason }
error-excluded-elsewhere =
    An admin of the server it is from has stopped it from using your KakaoTalk link.
    Reason: { $reason }
error-number-none = No number is needed now: you have not agreed at Kakao yet, ten minutes have passed, or it was already typed. Start again with the button below.
error-number-form = Please type the six digits sent to your KakaoTalk.
error-number-wrong = { $left ->
        [one] That is not the number. You have one try left.
       *[other] That is not the number. You have { $left } tries left.
    }
error-number-over = Five numbers were wrong, so nothing was linked. The account details from Kakao are erased. You can start again with the button below.
error-number-taken = Another Discord account has linked this Kakao account in the meantime. Please choose another Kakao account.
error-number-cards = A number can be sent { $limit } times an hour. Please try again later.
error-number-refused = The number cannot be sent to KakaoTalk right now. If you already got one, type that.
