forward-me-sent = Sent to your own KakaoTalk chat.
forward-me-queued = Not sent yet. { $why }
forward-me-sending = Still sending. `/kakao status` will tell how it went.
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
forward-state-cancelled = Cancelled.
forward-again-from = You can send again { $when }.

forward-friends-question = Who should get it? Pick up to { $limit } friends.
forward-friends-picked = Picked: **{ $names }**
forward-friends-found = Found for "{ $query }": { $count }
forward-friends-none-found = No friend has "{ $query }" in their name.
forward-friends-placeholder = Pick friends ({ $page }/{ $pages })
forward-friends-unnamed = A friend without a name
forward-friends-sending = Sending…
forward-friends-cancelled = Not sent.
forward-friends-result = { $arrived } of { $count } friends got it.
forward-friends-nobody =
    There is no KakaoTalk friend you could send to.
    Friends appear here once they have connected KakaoTalk to Kkachi too and agreed to the friends list. Before Kakao has approved this app, only its team members can send to each other.
forward-search-title = Find a friend
forward-search-label = Name
forward-button-search = Find
forward-button-all = Show all
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
