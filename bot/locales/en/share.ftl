# Kakao Talk Share: what Discord answers, and the share page.
share-off = KakaoTalk sharing is not switched on here yet. It works once the operator gives Kkachi a Kakao JavaScript key.
share-ready = Open the share page with the button below and choose friends or chats. I will show here how many chats it reached. The page stays open for a day.
share-ready-untold = Open the share page with the button below and choose friends or chats. The page stays open for a day.
share-reached = ✅ Shared to { $chats ->
        [one] { $chats } chat
       *[other] { $chats } chats
    }.
share-button = Share on KakaoTalk

page-share = Share on KakaoTalk
    .preview = This is how it looks in KakaoTalk
    .unseen = Kakao decides what the card looks like
    .text = The button opens Kakao’s window. The friends or chats you choose there get this card.
    .button = Share on KakaoTalk
    .browser = Share in the browser
    .after = Kkachi does not learn whom you send it to. This page stays open for a day.
page-share-scripts = JavaScript is switched off
    .text = Please press the button below instead. It leads straight to Kakao’s share page.
page-share-instead = KakaoTalk does not open?
page-share-unreachable = Kakao’s share window could not be loaded
    .text = Please check your connection and ad blockers, then reload.
page-share-altered = Kakao’s file is not the expected one
    .text = We stopped to be safe. Please ask the operator to check the version and hash of Kakao’s SDK (KAKAO_SDK_INTEGRITY).
page-share-refused = Kakao did not accept this card
    .text = It is not your fault. Please show the operator the message below.
page-share-blocked = Your browser blocked Kakao’s window
    .text = Allow pop-ups for this site, then press the button again.
page-share-opened = Kakao has taken over. Once it is sent, Discord shows how many chats it reached.
page-share-opened-untold = Kakao has taken over. Please choose friends or chats there.
page-share-odd = Does Kakao’s window say “bad request”?
    .text = That happens when this site (4019) or an address in the card (4002) is not registered at Kakao. Please tell the operator the number you see.
page-share-unknown = Share page not found
    .text = The address is incomplete, or it is too old.
    .way = Type `/share` in Discord again.
page-share-closed = This card can no longer be shared
    .text = The server that the message is from no longer allows it.
    .way = { page-way-discord }
page-share-expired = This share page is closed
    .text = Share pages stay open for a day.
    .way = Type `/share` in Discord again.
