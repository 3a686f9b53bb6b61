forward-me-sent = Sent to your own KakaoTalk chat.
forward-me-queued = Not sent yet. { $why }
forward-me-sending = Still sending. { COMMAND("kakao status") } will tell how it went.
forward-me-parked = Kept, not sent. { $why }
forward-me-failed = Not sent. { $why }
forward-me-unknown = { $why }
forward-me-cancelled = { $why }

forward-chat-me = Your own chat
forward-chat-friend = A friend
forward-state-sent = Sent.
forward-state-queued = The next try is { $when }.
forward-state-sending = Sending.
forward-state-parked = Waiting.
forward-state-failed = Not sent.
forward-state-unknown = Kakao's answer was lost, so nobody knows whether it arrived.
# What it means that nobody knows whether it arrived.
forward-unknown-me = It may have arrived. So that the same card does not pile up, Kkachi sends it no more. If it is not in your own chat, send it again.
forward-unknown-friend = ❔ It may have arrived. So that no friend gets the same card twice, Kkachi does not send it again. Ask your friend, and send a new one if it did not come.
forward-unknown-found = It may have arrived. So that the same news does not pile up, Kkachi sends it no more. If it is not in your own chat, look on Discord.
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
forward-friends-takes-none = Takes no messages from apps at the moment
forward-friends-refusing = { $names }: cannot be picked, takes no messages from apps at the moment.
forward-friends-unreached = { $names }: cannot be picked here. They have not connected KakaoTalk, are not a KakaoTalk friend of yours, or do not show their name with { COMMAND("kakao visible") }.
forward-friends-names-away = Discord does not answer at the moment, so nobody knows which friend is which member. You can pick by KakaoTalk names.
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
forward-friends-nobody = There is no KakaoTalk friend you could send to.
forward-friends-missing =
    When a friend is missing, it is usually one of these:
    • They have not connected KakaoTalk to Kkachi. They have to use { COMMAND("kakao link") }.
    • They have not agreed to "Friends List in Kakao Service". Kakao asks them once they use "Send to Kakao friends" themselves.
    • They keep their profile private for Kkachi at Kakao. They can change that by the profile visibility button below a KakaoTalk message that Kkachi brought them.
    • You have hidden or blocked them in KakaoTalk.
    • It has just changed. Kakao's list of friends may be ten minutes behind.
    • Kakao has not approved this bot for friends yet. Until then only the members of its app see each other.
forward-search-title = Find a friend
forward-search-label = Name
forward-button-search = Find
forward-button-all = Show all
forward-button-missing = Somebody is missing
forward-button-send = Send ({ $count })
forward-button-cancel = Cancel
forward-button-repeat = Send again ({ $count })

# Why a delivery stands where it stands: the column `reason`.
delivery-not-linked = KakaoTalk is not connected.
delivery-link-again = It goes out when you connect KakaoTalk again.
delivery-consent = It goes out when you agree at Kakao.
delivery-allowance-app = Kkachi has used up what it may send to KakaoTalk today.
delivery-allowance-sender = You have used up what you may send today.
delivery-allowance-month = You have used up what you may send this month.
delivery-allowance-me = You have used up today's sends to your own chat.
delivery-allowance-recipient = This friend cannot get any more today.
delivery-allowance-pair = You cannot send this friend any more today.
delivery-refused = This friend does not take messages at the moment.
delivery-not-friend = This friend is not on your KakaoTalk friends list any more.
delivery-not-talk-user = This account does not use KakaoTalk.
delivery-operator = Kakao refused Kkachi's request. Whoever runs this bot has to correct its settings.
delivery-barred = Kakao does not let your account send. Please check your Kakao account.
delivery-bad-card = Kakao did not accept this card.
delivery-unavailable = Kakao cannot be reached.
delivery-lost = Kakao's answer was lost, so nobody knows whether it arrived.
delivery-restart = Kkachi was restarted in the middle of sending.
delivery-unreadable = What was kept of it cannot be read any more.
delivery-discord = It goes out once Discord is connected again.
delivery-not-allowed = Not sent: meanwhile the server it is from lets it out no more.
delivery-nothing-left = Not sent: meanwhile the message was deleted, or you can no longer see it.
