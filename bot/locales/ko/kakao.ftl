kakao-link-ask =
    카카오톡을 연결해 볼까요?
    아래 버튼을 누르면 카카오 로그인으로 이동해요. 카카오에서 두 항목에 동의해 주세요.
    • 닉네임: 어느 카카오계정과 연결했는지 보여 드려요.
    • 카카오톡 메시지 전송: 내가 고른 메시지나 내 규칙에 맞는 소식을 카드로 보내요.
    🔕 ‘나와의 채팅’ 카드는 **알림 소리 없이** 도착해요. 알람보다 보관함처럼 써 주세요.
    이 링크는 나만 볼 수 있고 30분 동안 쓸 수 있어요. 다른 사람에게 보내지 마세요.
kakao-link-number = 동의하고 나면 ‘나와의 채팅’으로 여섯 자리 번호가 와요. 여기서 **번호 입력**을 누르고 그 번호를 써 주세요.
kakao-link-again =
    이미 카카오톡 **{ $nickname }** 계정과 연결돼 있어요.
    다른 계정으로 바꾸거나 동의를 다시 하려면 아래 버튼을 눌러 주세요. 링크는 30분 동안 쓸 수 있어요.
kakao-linked =
    ✅ 카카오톡 **{ $nickname }** 계정과 연결했어요.
    메시지를 오른쪽 클릭(모바일은 길게 누르기)하고 **앱 → 내 카카오톡으로 보내기**를 눌러 보세요. ‘나와의 채팅’에는 소리 없이 도착해요.
kakao-linked-short = ✅ 카카오톡 **{ $nickname }** 계정과 연결했어요.
kakao-broken = 카카오톡 연결이 끊겨서 카드를 보낼 수 없어요. { PARTICLE(COMMAND("kakao link"), "으로") } 다시 연결하면 기다리던 카드도 보내 드려요.
kakao-unlink-ask =
    카카오톡 **{ $nickname }** 계정과 연결을 끊을까요?
    카카오 쪽 연결도 끊고, 저장된 카카오 정보를 모두 지워요. 아직 보내지 않은 카드는 취소돼요.
kakao-unlinked = 연결을 끊었어요. 카카오 쪽 연결도 끊었고, 저장된 카카오 정보도 모두 지웠어요.
    .here = 까치에서 연결을 끊고, 저장된 카카오 정보를 지웠어요.
# 카카오 쪽 연결을 끊지 못했을 때
kakao-kept = 카카오톡 **{ $nickname }** 계정은 이제 까치와 연결돼 있지 않아요.
kakao-parting-away = ⚠️ 지금 카카오에 연결할 수 없어서, 카카오 쪽 연결은 아직 끊지 못했어요.
kakao-parting-unclear = ⚠️ 카카오의 응답을 받지 못해서, 카카오 쪽 연결도 끊겼는지는 알 수 없어요.
kakao-parting-refused = ⚠️ 카카오가 까치의 요청을 거절해서, 카카오 쪽 연결은 아직 끊지 못했어요. 운영자가 까치의 설정을 고쳐야 해요.
kakao-parting-lapsed = ⚠️ 까치가 받은 카카오 토큰이 이미 만료돼서, 카카오 쪽 연결은 까치가 끊을 수 없어요.
kakao-parting-tried-no-more = 까치는 다시 시도하지 않아요.
kakao-parting-tried-while-running = 하루 동안 다시 시도할게요. 그동안 카카오 토큰은 저장하지 않고 메모리에만 두며, 까치가 다시 시작되면 그만둬요.
kakao-parting-tried-for-days = 끊길 때까지 { $days }일 동안 다시 시도할게요. 그동안 카카오 회원번호만 암호화해서 저장하고, 누구의 것인지는 적어 두지 않아요.
kakao-parting-by-hand = 카카오톡 **설정 → 카카오계정 → 연결된 서비스 관리**에서 직접 끊을 수도 있어요.
kakao-no-button = 여기서는 연결하거나 동의할 수 없어요. { $why }
kakao-button-link = 카카오톡 연결하기
kakao-button-relink = 다시 연결하기
kakao-button-agree = 동의하러 가기
kakao-button-unlink = 연결 끊기

kakao-number-sent =
    📮 카카오톡 **{ $nickname }** 계정의 ‘나와의 채팅’으로 여섯 자리 번호를 보냈어요. 소리 없이 도착해요.
    아래 **번호 입력**을 누르고 그 번호를 써 주세요. { $when } 만료돼요.
kakao-number-unsure =
    ❔ 카카오의 응답을 받지 못해서 번호가 도착했는지 알 수 없어요. 카카오톡 **{ $nickname }** 계정의 ‘나와의 채팅’을 확인해 주세요.
    왔다면 **번호 입력**을, 오지 않았다면 **다시 보내기**를 눌러 주세요. { $when } 만료돼요.
kakao-number-again = 번호를 다시 보냈어요. 카카오톡 ‘나와의 채팅’을 확인해 주세요.
kakao-number-awaited =
    ⏳ 카카오톡 **{ $nickname }** 계정은 번호를 입력하면 연결돼요. ‘나와의 채팅’에 온 카드에 여섯 자리 번호가 있어요.
    아래 **번호 입력**을 누르고 써 주세요. { $when } 만료돼요.
kakao-number-late = 번호를 입력하지 않아서 카카오톡을 연결하지 않았어요. 받아 둔 카카오 정보는 모두 지웠어요. { PARTICLE(COMMAND("kakao link"), "으로") } 다시 시작할 수 있어요.
kakao-number-cancelled = 번호를 기다리던 연결을 취소했어요. 카카오 쪽 연결도 끊고, 받아 둔 카카오 정보를 모두 지웠어요.
    .here = 번호를 기다리던 연결을 취소하고, 받아 둔 카카오 정보를 지웠어요.
kakao-button-number = 번호 입력
kakao-button-number-again = 다시 보내기
kakao-number-title = 카카오톡 연결
kakao-number-label = 여섯 자리 번호
kakao-number-hint = 카카오톡 ‘나와의 채팅’에 온 카드에 있어요.
number-card = 까치 확인 번호 { $number }
    .text = 디스코드에 이 번호를 입력해 주세요. 내가 아니면 그냥 두고, 번호를 아무에게도 알려 주지 마세요.
number-card-asked = 디스코드 연결 요청
number-card-who = 누가
number-card-where = 서버
number-card-until = 기한
    .value = 10분, 지나면 저절로 끝나요
number-card-button = 도움말 보기

kakao-status-title = 카카오톡 · { $nickname }
kakao-status-sound = 잘 연결돼 있어요. ‘나와의 채팅’ 카드는 소리 없이 도착해요.
kakao-status-silent = 연결돼 있지만, 메시지 전송에 동의하지 않아 카드를 보낼 수 없어요. 동의하면 기다리던 카드도 보내 드려요.
kakao-status-broken = 연결이 끊겼어요. 다시 연결하면 기다리던 카드도 보내 드려요.
kakao-status-scopes = 동의한 항목
kakao-status-allowance = 나와의 채팅
kakao-status-left = 오늘 { $limit }번 중 { $left }번 남았어요.
kakao-status-spent = 오늘 { $limit }번을 모두 썼어요. { $when } 다시 보낼 수 있어요.
kakao-status-friends = 전체(나 + 친구)
kakao-status-counts = 카드 하나를 한 사람에게 보낼 때마다 한 번으로 세요. 확인 번호 카드도 세요.
kakao-status-not-live = 카카오에 연결할 수 없어서 마지막으로 확인한 내용을 보여 드려요.
kakao-status-last =
    { $count ->
        [0] 최근에 보낸 카드
       *[other] 최근에 보낸 카드 { $count }개
    }
kakao-status-together = 소식 { $count }개를 모은 카드
kakao-status-news = 받아 보는 소식
kakao-status-own = 직접 쓴 카드
kakao-status-waiting = 기다리는 것
kakao-status-waits = 카드 { $count }개
kakao-status-found = 찾은 소식 { $count }개 · 아직 카드에 담지 않았어요. 보낼 때가 되면 모아서 보내 드려요.
kakao-status-no-sends = 아직 보낸 카드가 없어요.
kakao-status-original = 원문
kakao-scope-profile_nickname = 닉네임
kakao-scope-talk_message = 카카오톡 메시지 전송
kakao-scope-friends = 카카오 서비스 내 친구목록
kakao-scope-required = 필수

kakao-visible-on =
    이제 이 서버에서 내 카카오톡 친구가 받을 사람을 고를 때 내 디스코드 이름(**@{ $name }**)도 보여요. 디스코드 이름으로 나를 고를 수도 있어요.
    서로 카카오톡 친구이고, 둘 다 까치에 연결했고, 둘 다 이 서버에 있을 때만 보여요. 다른 멤버와 관리자는 볼 수 없어요. 연결을 끊으면 함께 꺼져요.
kakao-visible-unlisted = 아직 ‘카카오 서비스 내 친구목록’에 동의하지 않아서 친구들의 목록에 내가 나오지 않아요. 아래 버튼으로 동의할 수 있어요.
kakao-visible-off = 이제 이 서버에서는 내 디스코드 이름이 카카오톡 친구에게 보이지 않아요.
kakao-visible-off-everywhere = 이제 어느 서버에서도 내 디스코드 이름이 카카오톡 친구에게 보이지 않아요.
kakao-status-visible = 카카오톡 친구에게 디스코드 이름 공개
kakao-status-visible-nowhere = 안 해요. 서버에서 { PARTICLE(COMMAND("kakao visible"), "으로") } 켤 수 있어요.
kakao-status-visible-others = 그 밖의 서버 { $count }곳

kakao-agreed = ✅ { $names }에 동의했어요.
kakao-agreed-talk_message = 기다리던 카드가 있으면 바로 보내 드려요.
kakao-agreed-friends = 이제 카카오톡 친구에게 보낼 수 있어요. 메시지를 오른쪽 클릭(모바일은 길게 누르기)하고 **앱 → 카카오톡 친구에게 보내기**를 눌러 보세요.
kakao-agreed-draft = 보내던 카드를 이어서 보내 주세요.
kakao-button-agree-again = 다시 동의하기
kakao-consents-take-back = 동의 철회하기
kakao-consent-ask = **{ $name }** 동의를 철회할까요?
kakao-consent-yes = 철회하기
kakao-consent-taken-back = **{ $name }** 동의를 철회했어요.
kakao-consent-missing =
    카카오에서 **{ $names }**에 동의하지 않아 카드를 보내지 못하고 있어요.
    동의하면 기다리던 카드를 모두 보내 드려요.
kakao-consent-way = 아래 버튼을 누르면 카카오에서 **{ $names }** 동의만 물어봐요. 연결은 그대로예요. 링크는 30분 동안 쓸 수 있어요.
kakao-without-talk_message = 동의하지 않으면 카카오톡으로 아무것도 보낼 수 없어요. 보내려던 카드는 30일 동안 보관했다가 다시 동의하면 보내 드려요.
kakao-without-friends = 동의하지 않으면 친구에게 보낼 수 없고, 친구의 목록에도 내가 나오지 않아요. ‘나와의 채팅’은 그대로 쓸 수 있어요.
kakao-without-other = 까치는 이 항목을 쓰지 않아요. 카드는 그대로 보낼 수 있어요.
