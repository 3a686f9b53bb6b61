# 연결한 다음에 할 일, /help, 서버에 들어갈 때 하는 인사.
welcome-next = 무엇을 받을지 골라 주세요. 고르면 바로 시작돼요.
direct-next = 자동으로 받을 소식은 서버에서 { PARTICLE(COMMAND("highlight add"), "으로") } 골라요.
welcome-mention = 멘션 받기
welcome-reply = 답장 받기
welcome-word = 단어 추가
    .label = 알림을 받을 단어
    .hint = 누가 이 단어를 쓰면 카카오톡으로 알려 드려요.
welcome-sample = 시험 카드 보내기
    .hint = ‘시험 카드 보내기’는 나와의 채팅에 하루에 보낼 수 있는 { $limit }번 중 한 번을 써요.
sample-card = 까치 시험 카드
    .text = 카드는 이렇게 도착해요. 누르면 디스코드가 열려요. 소리 없이 쌓이니 보고 싶을 때 열어 보세요.
    .button = 디스코드 열기

help-title = 까치 도움말
help-about = 디스코드의 소식을 내 카카오톡 ‘나와의 채팅’으로 보내 드려요.
help-now = 지금 설정
help-linked = ✅ 카카오톡 **{ $nickname }** 계정과 연결돼 있어요. 나와의 채팅에 오늘 { $limit }번 중 { $left }번 더 보낼 수 있어요.
help-broken = ⚠️ 카카오톡 연결이 끊겼어요. 다시 연결하면 기다리던 카드도 보내 드려요.
help-awaited = ⏳ 여섯 자리 번호를 입력하면 카카오톡이 연결돼요.
help-unlinked = ➖ 아직 카카오톡을 연결하지 않았어요.
help-here = 🔔 이 서버에서 하이라이트 규칙 { $rules }개, 소식 알림 { $subscriptions }개를 쓰고 있어요.
help-nothing-here = 🔕 이 서버에서 자동으로 받는 소식은 아직 없어요.
help-reaction = { $emoji } 반응을 단 메시지를 나와의 채팅으로 보내요.
help-paused = ⏸️ 지금은 일시 중지 중이에요.
help-refused = 🚫 여기서는 쓸 수 없어요: { $features }
help-next = 다음에 할 일
help-next-link = 아래 버튼으로 카카오톡을 연결해 주세요.
help-next-number = { PARTICLE(COMMAND("kakao status"), "을") } 열고 **번호 입력**을 눌러 주세요.
help-next-choose = 아래에서 받을 소식을 골라 보세요.
help-next-menu = 메시지를 길게 누르거나 오른쪽 클릭한 뒤 **앱 → 내 카카오톡으로 보내기**를 눌러 보세요.
help-next-sample = **시험 카드 보내기**로 카드를 미리 볼 수 있어요. 하루 { $limit }번 중 한 번을 써요.
help-next-server = 서버에서 { PARTICLE(COMMAND("help"), "을") } 입력하면 그 서버에서 받는 소식을 볼 수 있어요.
help-next-panel = 관리자라면 { COMMAND("settings panel") }에서 이 서버에서 쓸 기능을 정해 주세요.
help-commands = 명령어
help-command-link = { COMMAND("kakao link") } · { COMMAND("kakao status") }
help-command-highlight = { COMMAND("highlight add") } · { COMMAND("highlight me") }
help-command-notify = { COMMAND("notify list") }: 이벤트, 음성 채널, 공지
help-command-forward = { COMMAND("forward me") } · { COMMAND("forward friends") }
help-command-compose = { COMMAND("compose") }: 카드 직접 쓰기
help-command-share = { COMMAND("share") }: 연결하지 않고 공유
help-command-privacy = { COMMAND("privacy export") } · { COMMAND("privacy delete") }

greeting =
    안녕하세요, 까치예요! 이 서버의 소식을 멤버의 카카오톡 ‘나와의 채팅’으로 물어다 드려요.
    • **멤버**는 { PARTICLE(COMMAND("kakao link"), "으로") } 카카오톡을 연결하고, 멘션·답장·단어 중에서 받을 것을 골라요. 메시지를 길게 누르거나 오른쪽 클릭해서 바로 보낼 수도 있어요.
    • **관리자**는 { COMMAND("settings panel") }에서 쓸 기능과 채널, 내보낼 내용, 언어를 정해요.
    • 멤버가 볼 수 있는 채널의 메시지만 보내요. 내 메시지가 자동으로 나가지 않게 하려면 { PARTICLE(COMMAND("privacy optout"), "을") } 써 주세요.
    더 알아보기: { COMMAND("help") }
greeting-direct =
    까치를 **{ $server }** 서버에 추가해 주셔서 고마워요. 서버에는 메시지를 쓸 수 없어서 여기에 알려 드려요.
    { greeting }
