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

command-share = share
    .description = Share a message with anyone on KakaoTalk, by way of Kakao's own picker.
    .option-message = message
    .option-message-description = Link of the message, or its id in this channel
    .option-note = note
    .option-note-description = A few words of yours that go first

command-compose = compose
    .description = Write a KakaoTalk message and send it to yourself or to friends.
    .option-kind = kind
    .option-kind-description = What kind of message
    .option-picture = picture
    .option-picture-description = A picture for it

command-settings = settings
    .description = Decide what Kkachi does in this server.
command-settings-templates = templates
    .description = Name custom templates for your members.
command-settings-templates-list = list
    .description = Show the custom templates that have a name here.
command-settings-templates-add = add
    .description = Name a custom template of the Kakao app, so that members can fill it in.
    .option-name = name
    .option-name-description = What members will see
    .option-template_id = template_id
    .option-template_id-description = Its number in Kakao's message template tool
    .option-arguments = arguments
    .option-arguments-description = The names of its ${"{"}…{"}"}, with commas between: WHO, WHEN
command-settings-templates-remove = remove
    .description = Take a custom template's name away.
    .option-name = name
    .option-name-description = Which one

menu-send-to-my-kakaotalk = Send to my KakaoTalk
menu-send-to-kakao-friends = Send to Kakao friends
menu-share-on-kakaotalk = Share on KakaoTalk
