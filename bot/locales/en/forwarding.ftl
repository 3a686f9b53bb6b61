forward-me-sent = Sent to My Chatroom.
forward-me-queued = Not sent yet. { $why }
forward-me-sending = Still sending. { COMMAND("kakao status") } will show the result.
forward-me-parked = Kept, not sent. { $why }
forward-me-failed = Not sent. { $why }
forward-me-unknown = { $why }
forward-me-cancelled = { $why }

forward-chat-me = My Chatroom
forward-chat-friend = A friend
forward-state-sent = Sent.
forward-state-queued = The next try is { $when }.
forward-state-sending = Sending.
forward-state-parked = Waiting.
forward-state-failed = Not sent.
forward-state-unknown = Kakao's answer was lost, so it may or may not have arrived.
# What it means that nobody knows whether it arrived.
forward-unknown-me = It may have arrived. To avoid duplicates, Kkachi does not send it again. If it is not in My Chatroom, send it again.
forward-unknown-friend = ❔ It may have arrived. To avoid duplicates, Kkachi does not send it again. Ask your friend, and send a new one if it did not arrive.
forward-unknown-found = It may have arrived. To avoid duplicates, Kkachi does not send it again. If it is not in My Chatroom, look on Discord.
forward-state-cancelled = Cancelled.
forward-again-from = You can send again { $when }.

forward-friends-question = Who should get it? Pick up to { $limit } friends.
forward-friends-picked = Picked: **{ $names }**
forward-friends-found = Found for "{ $query }": { $count }
forward-friends-none-found = No friend has "{ $query }" in their name.
forward-friends-placeholder =
    { $pages ->
    [1] Pick friends
    *[other] Pick friends ({ $page }/{ $pages })
    }
forward-friends-members = Pick by Discord member
forward-friends-unnamed = A friend without a name
forward-friends-takes-none = Does not accept messages from apps right now
forward-friends-refusing = { $names }: cannot be picked, because they do not accept messages from apps right now.
forward-friends-unreached = { $names }: cannot be picked here. They have not linked KakaoTalk, are not a KakaoTalk friend of yours, or do not show their name with { COMMAND("kakao visible") }.
forward-friends-names-away = Discord does not answer right now, so members cannot be matched to friends. You can pick by KakaoTalk names.
forward-friends-sending = Sending…
forward-friends-cancelled = Not sent.
forward-friends-result =
    { $count ->
    [1] { $arrived ->
    [1] Your friend got it.
    *[0] Not sent.
    }
    *[other] { $arrived } of { $count } friends got it.
    }
forward-friends-nobody = You have no KakaoTalk friends you can send to.
forward-friends-missing =
    If a friend is missing, it is usually for one of these reasons:
    • They have not linked KakaoTalk to Kkachi. They can do so with { COMMAND("kakao link") }.
    • They have not agreed to "Friends List in Kakao Service". Kakao asks them when they use "Send to Kakao friends" themselves.
    • They keep their profile private from Kkachi at Kakao. They can change that with the profile visibility button below a KakaoTalk message from Kkachi.
    • You have hidden or blocked them in KakaoTalk.
    • Something has just changed. Kakao's friends list may be ten minutes behind.
    • Kakao has not approved this bot for friends yet. Until then, only members of its app see each other.
forward-search-title = Find a friend
forward-search-label = Name
forward-button-search = Search
forward-button-all = Show all
forward-button-missing = Somebody is missing
forward-button-send = Send ({ $count })
forward-button-cancel = Cancel
forward-button-repeat = Send again ({ $count })

# Why a delivery stands where it stands: the column `reason`.
delivery-not-linked = KakaoTalk is not linked.
delivery-link-again = It goes out when you link KakaoTalk again.
delivery-consent = It goes out when you agree at Kakao.
delivery-allowance-app = Kkachi has used up today's KakaoTalk sends.
delivery-allowance-sender = You have used up today's sends.
delivery-allowance-server = This server has used its part of today's sends.
delivery-allowance-month = You have used up this month's sends.
delivery-allowance-me = You have used up today's sends to My Chatroom.
delivery-allowance-recipient = This friend cannot get any more today.
delivery-allowance-pair = You cannot send this friend any more today.
delivery-refused = This friend does not accept messages from apps right now.
delivery-not-friend = This friend is not on your KakaoTalk friends list any more.
delivery-not-talk-user = This account does not use KakaoTalk.
delivery-operator = Kakao refused Kkachi's request. The operator has to correct the settings.
delivery-barred = Kakao does not let your account send. Please check your Kakao account.
delivery-bad-card = Kakao did not accept this card.
delivery-unavailable = Kakao cannot be reached.
delivery-lost = Kakao's answer was lost, so it may or may not have arrived.
delivery-restart = Kkachi was restarted in the middle of sending.
delivery-unreadable = Its stored content can no longer be read.
delivery-discord = It goes out when Discord can be reached again.
delivery-not-allowed = Not sent: the server it is from no longer allows it.
delivery-nothing-left = Not sent: the message was deleted, or you can no longer see it.

# What stays behind when several messages go as one card
forward-several-earlier = Only the newest { $limit } go along; { $count } before them were left out.
forward-several-earlier-more = Only the newest { $limit } go along; more than { $count } before them were left out.
forward-several-opted-out =
    { $count ->
        [one] One message was left out: its author opted out of automatic sends.
       *[other] { $count } messages were left out: their authors opted out of automatic sends.
    }
