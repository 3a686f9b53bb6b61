kakao-link-ask =
    Connect your KakaoTalk?
    The button takes you to Kakao Login. Kakao asks you to agree to two things:
    • Nickname: to show you which account is connected.
    • Sending KakaoTalk messages: to send a card when you press send, or to your own chat when a rule of yours finds something.

    🔕 Cards in your own chat arrive **without a sound**. Think of it as an inbox that lasts and can be searched.
    This link is for your eyes only and works for 30 minutes. Do not pass it on.
kakao-link-number = After you agree, a six-digit number arrives in your own KakaoTalk chat. Press **Enter the number** here and type it.
kakao-link-again =
    You are connected to KakaoTalk as **{ $nickname }** already.
    To change the account or to agree again, use the button below. The link works for 30 minutes.
kakao-linked =
    ✅ Connected to KakaoTalk as **{ $nickname }**.
    Right-click a message (long-press on a phone) and choose **Apps → Send to my KakaoTalk**. Cards in your own chat arrive without a sound.
kakao-linked-short = ✅ Connected to KakaoTalk as **{ $nickname }**.
kakao-broken = The connection to your KakaoTalk is lost, so no card can be sent. Connect again with { COMMAND("kakao link") }; waiting cards go out then.
kakao-unlink-ask =
    Disconnect the KakaoTalk account **{ $nickname }**?
    The connection ends at Kakao too, and everything stored about your Kakao account is erased. Cards that are not sent yet are cancelled.
kakao-unlinked = Disconnected, at Kakao too. Everything stored about your Kakao account is erased.
    .here = Disconnected here, and what was stored about your Kakao account is erased.
# The connection at Kakao could not be undone.
kakao-kept = KakaoTalk **{ $nickname }** is not connected here any more.
kakao-parting-away = ⚠️ Kakao cannot be reached, so the connection could not be ended there yet.
kakao-parting-unclear = ⚠️ Kakao's answer was lost, so nobody knows whether the connection has ended there as well.
kakao-parting-refused = ⚠️ Kakao refused Kkachi's request, so the connection still stands there. Whoever runs Kkachi has to correct its settings.
kakao-parting-lapsed = ⚠️ Kakao takes none of your tokens any more, so Kkachi cannot end the connection there.
kakao-parting-tried-no-more = Kkachi does not try again.
kakao-parting-tried-while-running = Kkachi tries again for a day. Until then your Kakao tokens are in memory only, and a restart ends it.
kakao-parting-tried-for-days = Kkachi tries again for { $days } days until it has. Until then only the number of your Kakao account is stored, encrypted, without whose it is.
kakao-parting-by-hand = You can also end it yourself, in KakaoTalk: **Settings → Kakao Account → Connected Services**.
kakao-no-button = You cannot connect or agree from here. { $why }
kakao-button-link = Connect KakaoTalk
kakao-button-relink = Connect again
kakao-button-agree = Agree at Kakao
kakao-button-unlink = Disconnect

kakao-number-sent =
    📮 A six-digit number is on its way to **{ $nickname }**, into your own KakaoTalk chat. It arrives without a sound.
    Press **Enter the number** and type it. It expires { $when }.
kakao-number-unsure =
    ❔ Kakao's answer was lost, so nobody knows whether the number has arrived. Look into your own KakaoTalk chat, as **{ $nickname }**.
    If it came, press **Enter the number**; if not, press **Send it again**. It expires { $when }.
kakao-number-again = The number was sent again. Look into your own KakaoTalk chat.
kakao-number-awaited =
    ⏳ KakaoTalk **{ $nickname }** is connected once you type the number. The card in your own chat there holds six digits.
    Press **Enter the number** and type them. They expire { $when }.
kakao-number-late = The number was not typed, so your KakaoTalk was not connected. What Kakao had told about it is erased. You can start anew with { COMMAND("kakao link") }.
kakao-number-cancelled = The connection that waited for its number is cancelled, at Kakao too. What Kakao had told about it is erased.
    .here = The connection that waited for its number is cancelled, and what Kakao had told about it is erased.
kakao-button-number = Enter the number
kakao-button-number-again = Send it again
kakao-number-title = Connect KakaoTalk
kakao-number-label = Six-digit number
kakao-number-hint = It is on the card in your own KakaoTalk chat.
number-card = Kkachi number { $number }
    .text = Type it in Discord. Not you? Do nothing. Tell nobody the number.
number-card-asked = Discord request
number-card-who = Who
number-card-where = Server
number-card-until = Until
    .value = 10 min, then it just ends
number-card-button = Help

kakao-status-title = KakaoTalk · { $nickname }
kakao-status-sound = Connected and well. Cards in your own chat arrive without a sound.
kakao-status-silent = Connected, but without your consent to sending messages no card goes out. Once you agree, waiting cards do.
kakao-status-broken = The connection is lost. Connect again and waiting cards go out.
kakao-status-scopes = You agreed to
kakao-status-allowance = Your own chat
kakao-status-left = { $left } of { $limit } sends left today.
kakao-status-spent = No sends left of today's { $limit }. You can send again { $when }.
kakao-status-friends = All together (you + friends)
kakao-status-counts = Each card to each person counts as one send, and so does a card with a number.
kakao-status-not-live = Kakao cannot be reached, so this is what it last told.
kakao-status-last =
    { $count ->
        [0] Last cards
        [one] The last card
       *[other] The last { $count } cards
    }
kakao-status-together = { $count } pieces of news on one card
kakao-status-news = News you follow
kakao-status-own = A card of your own
kakao-status-waiting = Waiting
kakao-status-waits =
    { $count ->
        [one] 1 card
       *[other] { $count } cards
    }
kakao-status-found =
    { $count ->
        [one] 1 piece of news
       *[other] { $count } pieces of news
    } · not on a card yet; goes out when it is time.
kakao-status-no-sends = Nothing sent yet.
kakao-status-original = original
kakao-scope-profile_nickname = Nickname
kakao-scope-talk_message = Sending KakaoTalk messages
kakao-scope-friends = KakaoTalk friends list
kakao-scope-required = required

kakao-visible-on =
    From now on your KakaoTalk friends see your Discord name (**@{ $name }**) in this server when they pick whom to send to, and can pick you by it.
    Only where you are KakaoTalk friends, both connected to Kkachi and both members here. Other members and admins cannot see it. It ends when you disconnect.
kakao-visible-unlisted = You have not agreed to "Friends List in Kakao Service" yet, so your friends do not find you in their lists. You can agree with the button below.
kakao-visible-off = Your KakaoTalk friends no longer see your Discord name in this server.
kakao-visible-off-everywhere = Your KakaoTalk friends no longer see your Discord name in any server.
kakao-status-visible = KakaoTalk friends see your Discord name
kakao-status-visible-nowhere = Nowhere. Turn it on in a server with { COMMAND("kakao visible") }.
kakao-status-visible-others = { $count } other servers

kakao-agreed = ✅ You agreed to { $names }.
kakao-agreed-talk_message = Cards that were waiting go out now.
kakao-agreed-friends = You can now send to KakaoTalk friends: right-click a message (long-press on a phone) and choose **Apps → Send to Kakao friends**.
kakao-agreed-draft = Go on with the card you were sending.
kakao-button-agree-again = Agree again
kakao-consents-take-back = Take back a consent
kakao-consent-ask = Take back your consent to **{ $name }**?
kakao-consent-yes = Take it back
kakao-consent-taken-back = You have taken back your consent to **{ $name }**.
kakao-consent-missing =
    Your consent at Kakao to **{ $names }** is missing, so your cards cannot be sent.
    Once you agree, everything that waits goes out.
kakao-consent-way = The button below takes you to Kakao, which asks for **{ $names }** only. Your connection stays as it is. The link works for 30 minutes.
kakao-without-talk_message = Without it Kkachi cannot send anything to KakaoTalk. Cards wait for up to 30 days until you agree again.
kakao-without-friends = Without it you cannot send to friends, and you disappear from their lists. Your own chat still works.
kakao-without-other = Kkachi does not use it. Your cards go out as before.
