forward-me-sent = 카카오톡 ‘나와의 채팅’으로 보냈어요.
forward-me-queued = 아직 보내지 못했어요. { $why }
forward-me-sending = 아직 보내는 중이에요. 결과는 { COMMAND("kakao status") }에서 볼 수 있어요.
forward-me-parked = 아직 보내지 않고 보관하고 있어요. { $why }
forward-me-failed = 보내지 못했어요. { $why }
forward-me-unknown = { $why }
forward-me-cancelled = { $why }

forward-chat-me = 나와의 채팅
forward-chat-friend = 친구
forward-state-sent = 보냈어요.
forward-state-queued = { $when } 다시 보내 볼게요.
forward-state-sending = 보내는 중이에요.
forward-state-parked = 기다리고 있어요.
forward-state-failed = 보내지 못했어요.
forward-state-unknown = 카카오의 응답을 받지 못해 도착했는지 알 수 없어요.
# 도착했는지 알 수 없을 때, 그게 무슨 뜻인지
forward-unknown-me = 이미 도착했을 수도 있어요. 같은 카드가 자꾸 쌓이지 않도록 까치는 더 보내지 않아요. ‘나와의 채팅’에 없으면 다시 보내 주세요.
forward-unknown-friend = ❔ 이미 도착했을 수도 있어요. 친구가 같은 카드를 두 번 받지 않도록 까치는 다시 보내지 않아요. 친구에게 물어보고, 받지 못했으면 새로 보내 주세요.
forward-unknown-found = 이미 도착했을 수도 있어요. 같은 소식이 자꾸 쌓이지 않도록 까치는 더 보내지 않아요. ‘나와의 채팅’에 없으면 디스코드에서 확인해 주세요.
forward-state-cancelled = 취소했어요.
forward-again-from = { $when }부터 다시 보낼 수 있어요.

forward-friends-question = 누구에게 보낼까요? { $limit }명까지 고를 수 있어요.
forward-friends-picked = 고른 친구: **{ $names }**
forward-friends-found = ‘{ $query }’ 검색 결과: { $count }명
forward-friends-none-found = 이름에 ‘{ $query }’ 글자가 들어간 친구가 없어요.
forward-friends-placeholder =
    { $pages ->
    [1] 친구 고르기
    *[other] 친구 고르기 ({ $page }/{ $pages })
    }
forward-friends-members = 디스코드 멤버로 고르기
forward-friends-unnamed = 이름 없는 친구
forward-friends-takes-none = 지금 앱 메시지를 받지 않아요
forward-friends-refusing = { $names }: 지금 앱 메시지를 받지 않아서 고를 수 없어요.
forward-friends-unreached = { $names }: 여기서는 고를 수 없어요. 카카오톡을 연결하지 않았거나, 내 카카오톡 친구가 아니거나, { PARTICLE(COMMAND("kakao visible"), "으로") } 이름을 공개하지 않은 멤버예요.
forward-friends-names-away = 지금은 디스코드가 대답하지 않아서 누가 어느 멤버인지 알 수 없어요. 카카오톡 이름으로는 고를 수 있어요.
forward-friends-sending = 보내고 있어요…
forward-friends-cancelled = 보내지 않았어요.
forward-friends-result =
    { $count ->
    [1] { $arrived ->
    [1] 1명에게 보냈어요.
    *[0] 보내지 못했어요.
    }
    *[other] { $count }명 중 { $arrived }명에게 보냈어요.
    }
forward-friends-nobody = 보낼 수 있는 카카오톡 친구가 없어요.
forward-friends-missing =
    친구가 보이지 않을 때는 보통 다음 중 하나예요.
    • 아직 까치에 카카오톡을 연결하지 않았어요. 친구가 { PARTICLE(COMMAND("kakao link"), "을") } 써야 해요.
    • ‘카카오 서비스 내 친구목록’에 동의하지 않았어요. 친구가 ‘카카오톡 친구에게 보내기’를 한 번 쓰면 카카오가 물어봐요.
    • 카카오에서 까치에 프로필을 비공개로 해 두었어요. 친구가 까치로 받은 카카오톡 메시지의 ‘프로필 공개 설정’에서 바꿀 수 있어요.
    • 내가 카카오톡에서 숨기거나 차단한 친구예요.
    • 방금 바뀌었어요. 카카오의 친구목록은 10분까지 늦어져요.
    • 이 봇이 카카오의 추가 기능 심사를 받기 전이에요. 그때까지는 앱 멤버끼리만 보여요.
forward-search-title = 친구 검색
forward-search-label = 이름
forward-button-search = 검색
forward-button-all = 모두 보기
forward-button-missing = 친구가 안 보여요
forward-button-send = 보내기 ({ $count })
forward-button-cancel = 취소
forward-button-repeat = 다시 보내기 ({ $count })

# Why a delivery stands where it stands: the column `reason`.
delivery-not-linked = 카카오톡이 연결돼 있지 않아요.
delivery-link-again = 카카오톡을 다시 연결하면 보내 드려요.
delivery-consent = 카카오에서 동의하면 보내 드려요.
delivery-allowance-app = 오늘 까치가 카카오톡으로 보낼 수 있는 횟수를 모두 썼어요.
delivery-allowance-sender = 오늘 보낼 수 있는 횟수를 모두 썼어요.
delivery-allowance-server = 이 서버가 오늘 보낼 수 있는 몫을 다 썼어요.
delivery-allowance-month = 이번 달에 보낼 수 있는 횟수를 모두 썼어요.
delivery-allowance-me = 오늘 ‘나와의 채팅’으로 보낼 수 있는 횟수를 모두 썼어요.
delivery-allowance-recipient = 이 친구가 오늘 받을 수 있는 횟수를 모두 채웠어요.
delivery-allowance-pair = 오늘 이 친구에게 보낼 수 있는 횟수를 모두 썼어요.
delivery-refused = 이 친구는 지금 앱 메시지를 받지 않아요.
delivery-not-friend = 카카오톡 친구목록에서 찾을 수 없는 친구예요.
delivery-not-talk-user = 카카오톡을 쓰지 않는 계정이에요.
delivery-operator = 카카오가 까치의 요청을 거절했어요. 운영자가 설정을 고쳐야 해요.
delivery-barred = 카카오계정 상태 때문에 보낼 수 없어요. 카카오계정을 확인해 주세요.
delivery-bad-card = 카카오가 이 카드를 거절했어요.
delivery-unavailable = 카카오에 연결할 수 없어요.
delivery-lost = 카카오의 응답을 받지 못해 도착했는지 알 수 없어요.
delivery-restart = 보내는 도중에 까치가 다시 시작됐어요.
delivery-unreadable = 저장해 둔 내용을 더는 읽을 수 없어요.
delivery-discord = 디스코드에 다시 연결되면 보내 드려요.
delivery-not-allowed = 그사이 메시지가 있는 서버에서 내보낼 수 없게 돼서 보내지 않았어요.
delivery-nothing-left = 그사이 메시지가 삭제됐거나 볼 수 없게 돼서 보내지 않았어요.

# 여러 메시지를 한 카드로 보낼 때 빠진 것
forward-several-earlier = 최근 { $limit }개만 담았어요. 그 앞의 메시지 { $count }개는 빠졌어요.
forward-several-earlier-more = 최근 { $limit }개만 담았어요. 그 앞의 메시지는 { $count }개 넘게 빠졌어요.
forward-several-opted-out = 작성자가 자동 전송을 거부한 메시지 { $count }개는 빠졌어요.
