# Names of commands and options: small letters, no spaces, at most 32; descriptions at most 100.

command-kakao = kakao
    .description = Connect KakaoTalk, see how it is, disconnect.
command-kakao-link = link
    .description = Connect your KakaoTalk account.
command-kakao-status = status
    .description = Show your connection, what is left for today and your last sends.
command-kakao-unlink = unlink
    .description = Disconnect your KakaoTalk account, here and at Kakao.

command-forward = forward
    .description = Send a Discord message to KakaoTalk.
command-forward-me = me
    .description = Send a message to your own KakaoTalk chat.
    .option-message = message
    .option-message-description = Link of the message, or its id in this channel
    .option-note = note
    .option-note-description = A few words of yours that go first
command-forward-friends = friends
    .description = Send a message to up to five KakaoTalk friends.
    .option-message = message
    .option-message-description = Link of the message, or its id in this channel
    .option-note = note
    .option-note-description = A few words of yours that go first

menu-send-to-my-kakaotalk = Send to my KakaoTalk
menu-send-to-kakao-friends = Send to Kakao friends
