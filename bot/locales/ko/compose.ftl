# `/compose`: what the choices, the panel and its forms say.
choice-feed = 피드: 사진과 제목, 설명
choice-list = 리스트: 한 제목 아래 두세 가지
choice-location = 위치: 지도에서 열리는 장소
choice-commerce = 커머스: 가격이 있는 것
choice-text = 텍스트: 글만
choice-calendar = 캘린더: 카카오톡 채널의 일정
choice-custom = 사용자 정의: 이 서버의 템플릿
choice-scrape = 페이지: 주소의 내용

compose-kind-feed = 피드
compose-kind-list = 리스트
compose-kind-location = 위치
compose-kind-commerce = 커머스
compose-kind-text = 텍스트
compose-kind-calendar = 캘린더
compose-kind-custom = 사용자 정의 템플릿
compose-kind-scrape = 페이지

compose-panel =
    작성 중인 카드: **{ $kind }**
    버튼을 눌러 내용을 채워 주세요. 하루 동안 저장돼요.
compose-template = 어떤 템플릿으로 보낼까요?
compose-template-placeholder = 템플릿 고르기
compose-preview-page = 카카오가 이 페이지의 제목, 설명, 사진으로 카드를 만들어요.
compose-preview-page-in = 카카오가 이 페이지의 제목, 설명, 사진을 템플릿에 넣어요.
compose-preview-template = 채운 내용이에요. 카카오톡에서는 템플릿 모양으로 보여요.

compose-button-me = 나에게 보내기
compose-button-friends = 친구에게 보내기
compose-button-details = 더 정하기 ›
compose-button-open = ‹ 기본 항목
compose-button-edit = 카드 고치기
compose-button-again = 이 카드 다시 열기

# The parts of a message: on buttons, and as titles of forms.
compose-step-text = 글
compose-step-picture = 사진
compose-step-link = 링크와 버튼
compose-step-buttons = 버튼
compose-step-items = 아이템 목록
compose-step-heading = 프로필과 대표 사진
compose-step-social = 소셜 정보(좋아요·댓글…)
compose-step-header = 제목
compose-step-row = 항목 { $number }
compose-step-row-details = 항목 { $number } 상세
compose-step-link-details = 링크 상세와 기본 버튼
compose-step-button-details = 버튼 { $number } 상세
compose-step-place = 장소
compose-step-price = 가격
compose-step-currency = 화폐 단위
compose-step-event = 일정
compose-step-page = 주소
compose-step-arguments = 변수 { $number }

compose-field-content-title = 제목
compose-field-content-description = 설명
compose-field-content-image-url = 사진 주소
compose-field-content-image-width = 사진 너비
compose-field-content-image-height = 사진 높이
compose-field-content-link = 링크
compose-field-buttons-title = 버튼 { $number } 이름
compose-field-buttons-link = 버튼 { $number } 링크
compose-field-button-title = 기본 버튼 이름
compose-field-link-mobile-web-url = { $of }: 휴대폰 주소
compose-field-link-android-execution-params = { $of }: 안드로이드 앱
compose-field-link-ios-execution-params = { $of }: 아이폰 앱
compose-field-header-title = 상단 제목
compose-field-header-link = 상단 링크
compose-field-contents-title = 항목 { $number } 제목
compose-field-contents-description = 항목 { $number } 설명
compose-field-contents-image-url = 항목 { $number } 사진 주소
compose-field-contents-image-width = 항목 { $number } 사진 너비
compose-field-contents-image-height = 항목 { $number } 사진 높이
compose-field-contents-link = 항목 { $number } 링크
compose-field-address = 주소
compose-field-address-title = 장소 이름
compose-field-text = 글
compose-field-link = 링크
compose-field-id-type = 종류
compose-field-id = 일정 ID
compose-field-request-url = 페이지 주소
compose-field-template-id = 템플릿
compose-field-item-content-items = 아이템
compose-field-item-content-sum = 합계 이름(예: 총액)
compose-field-item-content-sum-op = 합계 금액
compose-field-item-content-profile-text = 프로필 이름
compose-field-item-content-profile-image-url = 프로필 사진 주소
compose-field-item-content-title-image-text = 대표 제목
compose-field-item-content-title-image-url = 대표 사진 주소
compose-field-item-content-title-image-category = 대표 분류
compose-field-social-like-count = 좋아요 수
compose-field-social-comment-count = 댓글 수
compose-field-social-shared-count = 공유 수
compose-field-social-view-count = 조회 수
compose-field-social-subscriber-count = 구독자 수
compose-field-commerce-product-name = 상품 이름
compose-field-commerce-regular-price = 가격
compose-field-commerce-discount-price = 할인된 가격
compose-field-commerce-discount-rate = 할인율 (%)
compose-field-commerce-fixed-discount-price = 할인 금액
compose-field-commerce-currency-unit = 화폐 단위
compose-field-commerce-currency-unit-position = 단위 위치

compose-choice-event = 일정 하나
compose-choice-calendar = 구독할 캘린더
compose-choice-after = 가격 뒤 (1,000원)
compose-choice-before = 가격 앞 ($1,000)

compose-hint-link = 비워 두면 이 디스코드 채널로 연결돼요.
compose-hint-picture = https://로 시작하는 사진 주소. 가로세로 모두 200픽셀 이상이어야 해요.
compose-hint-side = 픽셀 수예요. 200 이상으로 써 주세요.
compose-hint-phone = 휴대폰에서 다른 주소를 열 때만 써 주세요.
compose-hint-apps = 앱에 전달할 값이에요(예: contentId=100). 카카오 앱에 등록한 앱만 열려요.
compose-hint-label = 버튼이 나란히 놓이면 8자쯤에서 잘릴 수 있어요.
compose-hint-button-title = 다른 버튼이 없을 때 보이는 ‘자세히 보기’ 대신 쓸 이름이에요.
compose-hint-template = 고르지 않으면 카카오의 기본 모양으로 보내요. 변수는 다음에 채워요.
compose-hint-within = 링크에 들어가는 값이에요. 보낼 때 주소에 맞게 바꿔요.
compose-hint-address = 카카오맵에서 찾을 수 있는 도로명 주소를 써 주세요.
compose-hint-page = 카카오가 이 주소를 읽어서 카드를 만들어요.
compose-hint-rows = 한 줄에 하나씩 ‘이름: 값’으로 다섯 줄까지. 이름은 6자, 값은 25자까지 보여요.

# What is wrong with a field, its limit and what was typed.
compose-wrong-missing = **{ $field }**: 필수 항목이에요.
compose-wrong-nothing-shown = **{ $field }**: 제목, 설명, 사진 가운데 하나는 있어야 해요.
compose-wrong-too-long = **{ $field }**: { $limit }자까지 쓸 수 있어요. 지금은 { $value }자예요.
compose-wrong-number = **{ $field }**: { $limit } 이상의 숫자로 써 주세요. 지금 값: { $value }
compose-wrong-below = **{ $field }**: { $limit } 이상이어야 해요. 지금 값: { $value }
compose-wrong-above = **{ $field }**: { $limit }까지 쓸 수 있어요. 지금 값: { $value }
compose-wrong-above-price = **{ $field }**: 가격({ $limit })보다 클 수 없어요.
compose-wrong-address = **{ $field }**: ‘{ $value }’ 주소는 열 수 없어요. https://로 시작하는 주소를 써 주세요.
compose-wrong-rows = **{ $field }**: { $limit }줄까지 돼요. 지금은 { $value }줄이에요.
compose-wrong-row = **{ $field }**: ‘{ $value }’ 줄을 읽을 수 없어요. ‘이름: 값’으로 써 주세요.
compose-wrong-row-name = **{ $field }**: 카카오톡에서 이름은 { $limit }자까지만 보여요. 잘리는 이름: ‘{ $value }’
compose-wrong-row-value = **{ $field }**: 카카오톡에서 값은 { $limit }자까지만 보여요. 잘리는 값: ‘{ $value }’
compose-wrong-cut = **{ $field }**: 카카오톡에서는 { $limit }자까지만 보여요. 잘리는 글: ‘{ $value }’
compose-wrong-label = **{ $field }**: 버튼이 나란히 놓이면 { $limit }자쯤에서 잘릴 수 있어요. 긴 이름: ‘{ $value }’
compose-wrong-unshown = **{ $field }**: 이름을 정한 버튼이 있으면 보이지 않아요.
compose-wrong-phones-only = **{ $field }**: 주소가 없어서 컴퓨터의 카카오톡에서는 열리지 않아요.
compose-wrong-encoded = **{ $field }**: 링크에 들어가는 값이라 이렇게 바꿔서 보내요: { $value }
compose-wrong-choice = **{ $field }**: 목록에서 골라 주세요.
compose-wrong-either = **{ $field }**: 할인율과 할인 금액은 하나만 쓸 수 있어요.
compose-wrong-unread = **{ $field }**: 카카오는 등록된 도메인의 페이지만 읽어요. { PARTICLE($value, "은") } 등록돼 있지 않아요. 등록된 도메인: { $limit }
compose-wrong-elsewhere = **{ $field }**: { PARTICLE($value, "은") } 등록된 도메인이 아니라서 누르면 까치의 기본 주소로 이동해요. 등록된 도메인: { $limit }
compose-wrong-refused = **{ $field }**: 카카오가 받지 않는 값이 있어요. 확인해 주세요.

error-compose-not-ready = 아직 채우거나 고칠 곳이 남아 있어요. ⚠️ 표시를 봐 주세요.
error-compose-no-picture = 이 종류의 카드에는 사진이 들어가지 않아요. 사진 없이 다시 해 보세요.
error-compose-not-a-picture = ‘{ $name }’ 파일은 사진이 아니에요. 사진 파일을 골라 주세요.
error-compose-only-in-servers = 사용자 정의 템플릿은 서버에서만 쓸 수 있어요.
error-compose-no-templates = 이 서버에는 아직 이름을 붙인 템플릿이 없어요. 서버 관리자가 { PARTICLE(COMMAND("settings templates add"), "으로") } 추가할 수 있어요.
error-template-changed = 그동안 ‘{ $name }’ 템플릿이 바뀌었어요. { PARTICLE(COMMAND("compose"), "으로") } 다시 시작해 주세요.
