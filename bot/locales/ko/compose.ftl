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
    지금 쓰는 카드: **{ $kind }**
    버튼을 눌러 고치거나 더 채워 보세요. 쓰던 카드는 하루 동안 남아 있어요.
compose-template = 어떤 템플릿으로 보낼까요?
compose-template-placeholder = 템플릿 고르기
compose-preview-page = 카카오가 이 페이지의 제목, 설명, 사진으로 카드를 만들어요.
compose-preview-template = 채운 내용이에요. 카카오톡에는 템플릿 모양대로 보여요.

compose-button-me = 나에게 보내기
compose-button-friends = 친구에게 보내기
compose-button-edit = 카드 고치기
compose-button-again = 이 카드 다시 열기

# The parts of a message: on buttons, and as titles of forms.
compose-step-text = 글
compose-step-picture = 사진
compose-step-link = 링크와 버튼
compose-step-buttons = 버튼
compose-step-items = 항목 표
compose-step-heading = 머리 부분
compose-step-social = 숫자 표시
compose-step-header = 제목
compose-step-row = { $number }번째 줄
compose-step-place = 장소
compose-step-price = 가격
compose-step-currency = 화폐 단위
compose-step-event = 일정
compose-step-page = 주소
compose-step-arguments = 빈칸 { $number }

compose-field-content-title = 제목
compose-field-content-description = 설명
compose-field-content-image-url = 사진 주소
compose-field-content-link = 링크
compose-field-buttons-title = 버튼 { $number } 이름
compose-field-buttons-link = 버튼 { $number } 링크
compose-field-header-title = 맨 위 제목
compose-field-header-link = 맨 위 링크
compose-field-contents-title = { $number }번째 줄 제목
compose-field-contents-description = { $number }번째 줄 설명
compose-field-contents-image-url = { $number }번째 줄 사진 주소
compose-field-contents-link = { $number }번째 줄 링크
compose-field-address = 주소
compose-field-address-title = 장소 이름
compose-field-text = 글
compose-field-link = 링크
compose-field-id-type = 종류
compose-field-id = 일정 ID
compose-field-request-url = 페이지 주소
compose-field-template-id = 템플릿
compose-field-item-content-items = 항목
compose-field-item-content-sum = 합계 이름
compose-field-item-content-sum-op = 합계 값
compose-field-item-content-profile-text = 맨 위 이름
compose-field-item-content-profile-image-url = 맨 위 작은 사진 주소
compose-field-item-content-title-image-text = 표 제목
compose-field-item-content-title-image-url = 표 사진 주소
compose-field-item-content-title-image-category = 표 분류
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
compose-choice-calendar = 구독하는 캘린더
compose-choice-after = 가격 뒤 (1,000원)
compose-choice-before = 가격 앞 ($1,000)

compose-hint-link = 비워 두면 카드를 쓴 디스코드 채널로 이어져요.
compose-hint-picture = https://로 시작하는 사진 주소. 가로세로 200픽셀이 넘어야 해요.
compose-hint-page = 카카오가 이 주소를 읽어서 카드를 만들어요.
compose-hint-rows = 한 줄에 하나씩 '이름: 값'으로 다섯 줄까지 써 주세요.

# What is wrong with a field, its limit and what was typed.
compose-wrong-missing = **{ $field }**: 꼭 채워야 해요.
compose-wrong-nothing-shown = **{ $field }**: 제목, 설명, 사진 가운데 하나는 있어야 해요.
compose-wrong-too-long = **{ $field }**: { $limit }자까지 쓸 수 있어요. 지금은 { $value }자예요.
compose-wrong-number = **{ $field }**: 0부터 { $limit }까지 숫자로 써 주세요. 지금은 '{ $value }'라고 돼 있어요.
compose-wrong-range = **{ $field }**: 0부터 { $limit }까지 쓸 수 있어요. 지금은 { PARTICLE($value, "이에요") }.
compose-wrong-address = **{ $field }**: '{ $value }' 주소는 열 수 없어요. https://로 시작하는 주소를 써 주세요.
compose-wrong-rows = **{ $field }**: { $limit }줄까지 쓸 수 있어요. 지금은 { $value }줄이에요.
compose-wrong-row = **{ $field }**: '{ $value }' 줄을 읽을 수 없어요. '이름: 값'으로 써 주세요.
compose-wrong-row-name = **{ $field }**: 이름은 { $limit }자까지 쓸 수 있어요. 더 긴 이름: '{ $value }'
compose-wrong-row-value = **{ $field }**: 값은 { $limit }자까지 쓸 수 있어요. 더 긴 값: '{ $value }'
compose-wrong-choice = **{ $field }**: 목록에서 골라 주세요.
compose-wrong-either = **{ $field }**: 할인율과 할인 금액은 하나만 쓸 수 있어요.
compose-wrong-unread = **{ $field }**: 카카오는 등록된 도메인의 페이지만 읽어요. { PARTICLE($value, "은") } 등록돼 있지 않아요. 등록된 도메인: { $limit }
compose-wrong-elsewhere = **{ $field }**: { PARTICLE($value, "은") } 등록된 도메인이 아니어서, 누르면 앱의 기본 도메인으로 이동해요. 등록된 도메인: { $limit }
compose-wrong-refused = **{ $field }**: 카카오가 받지 않는 내용이 있어요. 다시 살펴봐 주세요.

error-compose-not-ready = 아직 채우거나 고칠 곳이 남아 있어요. ⚠️ 표시를 봐 주세요.
error-compose-no-picture = 이 종류의 카드에는 사진이 들어가지 않아요. 사진 없이 다시 해 보세요.
error-compose-not-a-picture = '{ $name }' 파일은 사진이 아니에요. 사진 파일을 골라 주세요.
error-compose-only-in-servers = 사용자 정의 템플릿은 서버에서만 쓸 수 있어요.
error-compose-no-templates = 이 서버에는 아직 이름을 붙인 템플릿이 없어요. 서버 관리자가 `/settings templates add`로 추가할 수 있어요.
