# What to do after linking, /help, and the words when Kkachi comes into a server.
welcome-next = Choose what you want to get. It starts at once.
direct-next = In a server, choose what is sent automatically with { COMMAND("highlight add") }.
welcome-mention = Mentions
welcome-reply = Replies
welcome-word = Add a word
    .label = The word
    .hint = When somebody writes it, you get a card on KakaoTalk.
welcome-sample = Send a test card
    .hint = “Send a test card” uses one of the { $limit } sends a day to My Chatroom.
sample-card = A test card from Kkachi
    .text = This is how cards arrive. Press one to open Discord. They come without a sound: look whenever you like.
    .button = Discord

help-title = Kkachi help
help-about = Sends what happens on Discord to My Chatroom, your KakaoTalk chat with yourself.
help-now = Your setup
help-linked = ✅ Linked as **{ $nickname }**. { $left } of { $limit } sends to My Chatroom left today.
help-broken = ⚠️ Your KakaoTalk link has stopped working. Link again and waiting cards go out too.
help-awaited = ⏳ KakaoTalk is linked as soon as you enter the six-digit number.
help-unlinked = ➖ You have not linked KakaoTalk yet.
help-here = 🔔 In this server you have { $rules ->
        [one] one highlight rule
       *[other] { $rules } highlight rules
    } and { $subscriptions ->
        [one] one notification
       *[other] { $subscriptions } notifications
    }.
help-nothing-here = 🔕 Nothing from this server is sent to you automatically yet.
help-reaction = { $emoji } A message you react to with it is sent to My Chatroom.
help-paused = ⏸️ You have paused highlights for now.
help-refused = 🚫 Not available to you here: { $features }
help-next = What to do next
help-next-link = Link KakaoTalk with the button below.
help-next-number = Open { COMMAND("kakao status") } and press **Enter the number**.
help-next-choose = Choose below what you want to get.
help-next-menu = Long-press or right-click a message, then **Apps → Send to my KakaoTalk**.
help-next-sample = **Send a test card** shows what arrives. It is one of { $limit } sends a day.
help-next-server = Type { COMMAND("help") } in a server to see what you get from there.
help-next-panel = You manage this server: choose its features with { COMMAND("settings panel") }.
help-commands = Commands
help-command-link = { COMMAND("kakao link") } · { COMMAND("kakao status") }
help-command-highlight = { COMMAND("highlight add") } · { COMMAND("highlight me") }
help-command-notify = { COMMAND("notify list") }: events, voice, news
help-command-forward = { COMMAND("forward me") } · { COMMAND("forward friends") }
help-command-compose = { COMMAND("compose") }: a card of your own
help-command-share = { COMMAND("share") }: without linking
help-command-privacy = { COMMAND("privacy export") } · { COMMAND("privacy delete") }

greeting =
    Hello, I am Kkachi, the magpie. I send what happens in this server to My Chatroom, each member’s KakaoTalk chat with themselves.
    • **Members** link KakaoTalk with { COMMAND("kakao link") } and choose mentions, replies or words. They can also long-press or right-click a message and send it at once.
    • **Admins** choose features, channels, what may be sent and the language with { COMMAND("settings panel") }.
    • Only messages that a member can see are sent. Use { COMMAND("privacy optout") } to opt your own out of automatic sends.
    More: { COMMAND("help") }
greeting-direct =
    Thank you for adding Kkachi to **{ $server }**. I cannot write there, so here is how to start.
    { greeting }
