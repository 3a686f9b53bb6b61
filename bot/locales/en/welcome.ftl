# What to do after linking, /help, and the words when Kkachi comes into a server.
welcome-next = Choose what you want to get; it starts at once.
direct-next = In a server, choose what comes by itself with { COMMAND("highlight add") }.
welcome-mention = Mentions
welcome-reply = Replies
welcome-word = Add a word
    .label = The word
    .hint = When somebody writes it, you hear of it on KakaoTalk.
welcome-sample = Send a test card
    .hint = “Send a test card” uses one of the { $limit } sends a day to your own chat.
sample-card = A test card from Kkachi
    .text = This is how cards arrive. Press one to open Discord. They come without a sound: look whenever you like.
    .button = Discord

help-title = Kkachi help
help-about = Carries what happens on Discord to your own KakaoTalk chat.
help-now = Your setup
help-linked = ✅ Connected as **{ $nickname }**. { $left } of { $limit } sends to yourself are left today.
help-broken = ⚠️ The connection to your KakaoTalk is lost. Connect again and waiting cards go out too.
help-awaited = ⏳ KakaoTalk is connected as soon as you enter the six-digit number.
help-unlinked = ➖ You have not connected KakaoTalk yet.
help-here = 🔔 In this server you have { $rules ->
        [one] one highlight rule
       *[other] { $rules } highlight rules
    } and { $subscriptions ->
        [one] one notification
       *[other] { $subscriptions } notifications
    }.
help-nothing-here = 🔕 Nothing of this server comes to you by itself yet.
help-paused = ⏸️ You have paused it for now.
help-refused = 🚫 Not available to you here: { $features }
help-next = What to do next
help-next-link = Connect KakaoTalk with the button below.
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
    Hello, I am Kkachi, the magpie. I carry what happens in this server to members’ own KakaoTalk chats.
    • **Members** connect KakaoTalk with { COMMAND("kakao link") } and choose mentions, replies or words. They can also long-press or right-click a message and send it at once.
    • **Admins** decide on features, channels, what may leave and the language with { COMMAND("settings panel") }.
    • Only messages of channels that a member can see are sent. Use { COMMAND("privacy optout") } to keep your own out of automatic sends.
    More: { COMMAND("help") }
greeting-direct =
    Thank you for adding Kkachi to **{ $server }**. I may not write there, so here is how to begin.
    { greeting }
