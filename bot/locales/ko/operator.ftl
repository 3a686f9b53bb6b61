operator-title = 까치 운영
operator-page-servers = 서버
operator-page-defaults = 새 서버의 기본 설정
operator-page-lists = 허용·차단 목록
operator-page-work = 점검·공지·모듈
operator-choose-page = 페이지 고르기
operator-choose-server = 서버 고르기
operator-choose-reload = 다시 불러올 모듈 고르기
operator-servers-none = 아직 까치가 들어간 서버가 없어요.
operator-server = **{ $name }** · 오늘 { $today } / { $part } · 30일 { $month }
operator-server-more =
    서버 ID `{ $number }` · 연결한 멤버 { $linked }명
    { $share ->
    [fair] 오늘 쓸 수 있는 몫은 다른 서버와 똑같아요.
    *[other] 하루 전체의 { $share }%를 몫으로 정해 두었어요.
    } 다른 서버에 필요하지 않으면 몫보다 더 쓸 수 있어요.
operator-share = 몫 정하기
operator-share-label = 하루 전체에서 몇 % (비우면 똑같이)
operator-button-block = 차단하기
operator-button-unblock = 차단 풀기
operator-back = 서버 목록
operator-button-earlier = 이전
operator-button-later = 다음
operator-lists = 허용 목록이 비어 있으면 모두 쓸 수 있어요. 차단이 먼저예요. 차단하면 이미 기다리던 카드도 나가지 않아요.
operator-list-server-blocked = 차단한 서버
operator-list-server-allowed = 허용한 서버
operator-list-member-blocked = 차단한 멤버
operator-list-member-allowed = 허용한 멤버
operator-list-label = ID를 한 줄에 하나씩
operator-maintenance-off = **점검 꺼짐**
    점검을 켜면 새로 보낼 수 없고, 이미 받은 카드는 끌 때까지 기다려요.
operator-maintenance-on =
    🛠️ **점검 중**
    아무것도 나가지 않아요. 끄면 기다리던 카드부터 나가요.
operator-turn-off = 점검 켜기
operator-turn-on = 점검 끄기
operator-notice = **공지**
    모든 서버의 기록 채널에 그 서버의 언어로 남겨요. 한 가지 언어만 쓰면 모두 그대로 받아요.
operator-notice-write = 공지 쓰기
operator-notice-log = 📣 까치 운영자의 공지: { $text }
operator-notice-told = 서버 { $all }곳 중 { $told }곳의 기록 채널에 남겼어요.
operator-reload = **모듈 다시 불러오기**
error-operator-id = ID는 17자리부터 20자리까지의 숫자예요. 한 줄에 하나씩 써 주세요.
error-operator-share = 0부터 100까지의 숫자를 쓰거나 비워 주세요.
error-shares-full = 정해 둔 몫을 모두 더하면 100%가 넘어요.
error-list-full = 목록에는 { $limit }개까지 둘 수 있어요.
error-barred = 운영자가 이 까치를 여기서 쓸 수 없게 해 두었어요.
error-maintenance = 지금은 점검 중이에요. 이미 받은 카드는 점검이 끝나면 보내요.
error-share-spent = 이 서버가 오늘 쓸 수 있는 몫을 다 썼어요. 다른 서버의 몫이 남아 있으면 나중에 다시 보낼 수 있어요.
