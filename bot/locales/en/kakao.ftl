kakao-link-ask =
    Link your KakaoTalk?
    The button takes you to Kakao Login. Kakao asks you to agree to two things:
    • Nickname: to show you which account is linked.
    • Sending KakaoTalk messages: to send a card when you press send, or when one of your rules finds something.

    🔕 Cards in My Chatroom, your chat with yourself, arrive **without a sound**. Think of it as an archive you can search, not as an alarm.
    The button is for you only and works for 30 minutes. Do not share its address.
kakao-link-number = After you agree, a six-digit number arrives in My Chatroom in KakaoTalk. Press **Enter the number** here and type it.
kakao-link-again =
    You are already linked to KakaoTalk as **{ $nickname }**.
    To change the account or to agree again, use the button below. It works for 30 minutes.
kakao-linked =
    ✅ Linked to KakaoTalk as **{ $nickname }**.
    Right-click a message (long-press on a phone) and choose **Apps → Send to my KakaoTalk**. Cards in My Chatroom arrive without a sound.
kakao-linked-short = ✅ Linked to KakaoTalk as **{ $nickname }**.
kakao-broken = Your KakaoTalk link has stopped working, so no card can be sent. Link again with { COMMAND("kakao link") }; waiting cards go out then.
kakao-unlink-ask =
    Unlink the KakaoTalk account **{ $nickname }**?
    The link ends at Kakao too, and everything stored about your Kakao account is erased. Cards that are not sent yet are cancelled.
kakao-unlinked = Unlinked, at Kakao too. Everything stored about your Kakao account is erased.
    .here = Unlinked here, and what was stored about your Kakao account is erased.
# The connection at Kakao could not be undone.
kakao-kept = KakaoTalk **{ $nickname }** is no longer linked here.
kakao-parting-away = ⚠️ Kakao cannot be reached, so the link could not be ended there yet.
kakao-parting-unclear = ⚠️ Kakao's answer was lost, so the link may or may not have ended there.
kakao-parting-refused = ⚠️ Kakao refused Kkachi's request, so the link still exists there. The operator has to correct the settings.
kakao-parting-lapsed = ⚠️ Kakao no longer accepts your tokens, so Kkachi cannot end the link there.
kakao-parting-tried-no-more = Kkachi will not try again.
kakao-parting-tried-while-running = Kkachi tries again for a day. Until then your Kakao tokens are kept in memory only, and a restart ends the attempts.
kakao-parting-tried-for-days = Kkachi keeps trying for up to { $days } days. Until then only your Kakao account number is stored, encrypted and without your name.
kakao-parting-by-hand = You can also end it yourself, in KakaoTalk: **Settings → Kakao Account → Connected Services**.
kakao-no-button = You cannot link or agree from here. { $why }
kakao-button-link = Link KakaoTalk
kakao-button-relink = Link again
kakao-button-agree = Agree at Kakao
kakao-button-unlink = Unlink

kakao-number-sent =
    📮 A six-digit number is on its way to My Chatroom of **{ $nickname }**. It arrives without a sound.
    Press **Enter the number** and type it. It expires { $when }.
kakao-number-unsure =
    ❔ Kakao's answer was lost, so the number may or may not have arrived. Look in My Chatroom of **{ $nickname }**.
    If it came, press **Enter the number**; if not, press **Send it again**. It expires { $when }.
kakao-number-again = The number was sent again. Look in My Chatroom.
kakao-number-awaited =
    ⏳ KakaoTalk **{ $nickname }** is linked once you type the number. The card in My Chatroom shows six digits.
    Press **Enter the number** and type them. They expire { $when }.
kakao-number-late = The number was not typed, so your KakaoTalk was not linked. The account details from Kakao are erased. You can start again with { COMMAND("kakao link") }.
kakao-number-cancelled = The link waiting for its number is cancelled, at Kakao too. The account details from Kakao are erased.
    .here = The link waiting for its number is cancelled, and the account details from Kakao are erased.
kakao-button-number = Enter the number
kakao-button-number-again = Send it again
kakao-number-title = Link KakaoTalk
kakao-number-label = Six-digit number
kakao-number-hint = It is on the card in My Chatroom.
number-card = Kkachi number { $number }
    .text = Type it in Discord. Not you? Do nothing. Tell nobody the number.
number-card-asked = Discord request
number-card-who = Who
number-card-where = Server
number-card-until = Until
    .value = 10 min, then it just ends
number-card-button = Help

kakao-status-title = KakaoTalk · { $nickname }
kakao-status-sound = Linked and working. Cards in My Chatroom arrive without a sound.
kakao-status-silent = Linked, but without your consent to sending messages no card goes out. Once you agree, waiting cards do.
kakao-status-broken = The link has stopped working. Link again and waiting cards go out.
kakao-status-scopes = You agreed to
kakao-status-allowance = My Chatroom
kakao-status-left = { $left } of { $limit } sends left today.
kakao-status-spent = No sends left of today's { $limit }. You can send again { $when }.
kakao-status-friends = In total (you + friends)
kakao-status-counts = Each card to each person counts as one send, and so does a card with a number.
kakao-status-not-live = Kakao cannot be reached, so this is what was last known.
kakao-status-last =
    { $count ->
        [0] Last cards
        [one] The last card
       *[other] The last { $count } cards
    }
kakao-status-together = { $count } highlights on one card
kakao-status-news = A notification
kakao-status-own = A card of your own
kakao-status-waiting = Waiting
kakao-status-waits =
    { $count ->
        [one] 1 card
       *[other] { $count } cards
    }
kakao-status-found =
    { $count ->
        [one] 1 highlight
       *[other] { $count } highlights
    } · not on a card yet; sent when it is time.
kakao-status-no-sends = Nothing sent yet.
kakao-status-original = original
kakao-scope-profile_nickname = Nickname
kakao-scope-talk_message = Sending KakaoTalk messages
kakao-scope-friends = KakaoTalk friends list
kakao-scope-required = required

kakao-visible-on =
    From now on your KakaoTalk friends see your Discord name (**@{ $name }**) in this server when they pick whom to send to, and can pick you by it.
    Only where you are KakaoTalk friends, both linked to Kkachi and both members here. Other members and admins cannot see it. It ends when you unlink.
kakao-visible-unlisted = You have not agreed to "Friends List in Kakao Service" yet, so your friends do not find you in their lists. You can agree with the button below.
kakao-visible-off = Your KakaoTalk friends no longer see your Discord name in this server.
kakao-visible-off-everywhere = Your KakaoTalk friends no longer see your Discord name in any server.
kakao-status-visible = KakaoTalk friends see your Discord name
kakao-status-visible-nowhere = Nowhere. Turn it on in a server with { COMMAND("kakao visible") }.
kakao-status-visible-others = { $count } other servers

kakao-agreed = ✅ You agreed to { $names }.
kakao-agreed-talk_message = Cards that were waiting go out now.
kakao-agreed-friends = You can now send to KakaoTalk friends: right-click a message (long-press on a phone) and choose **Apps → Send to Kakao friends**.
kakao-agreed-draft = Continue with the card you were sending.
kakao-button-agree-again = Agree again
kakao-consents-take-back = Withdraw a consent
kakao-consent-ask = Withdraw your consent to **{ $name }**?
kakao-consent-yes = Withdraw it
kakao-consent-taken-back = You have withdrawn your consent to **{ $name }**.
kakao-consent-missing =
    Your consent at Kakao to **{ $names }** is missing, so your cards cannot be sent.
    Once you agree, all waiting cards go out.
kakao-consent-way = The button below takes you to Kakao, which asks for **{ $names }** only. Your link stays as it is. The button works for 30 minutes.
kakao-without-talk_message = Without it Kkachi cannot send anything to KakaoTalk. Cards wait for up to 30 days until you agree again.
kakao-without-friends = Without it you cannot send to friends, and you disappear from their lists. My Chatroom still works.
kakao-without-other = Kkachi does not use it. Your cards go out as before.
