settings-templates-none = 아직 이름을 붙인 템플릿이 없어요. { PARTICLE(COMMAND("settings templates add"), "으로") } 추가해 보세요.
settings-templates-line = • **{ $name }** · 템플릿 { $number } · { $arguments }
settings-templates-in-link = { $name } (링크)
settings-templates-no-arguments = 변수 없음
settings-templates-added = 추가했어요. 이제 { COMMAND("compose") }에서 고를 수 있어요.
settings-templates-replaced = 같은 이름의 템플릿을 새 내용으로 바꿨어요.
settings-templates-removed = **{ $name }** 템플릿을 목록에서 뺐어요. 카카오에 있는 템플릿은 그대로예요.

error-needs-manage-server = ‘서버 관리하기’ 권한이 필요해요.
error-template-unknown = 이 서버에 ‘{ $name }’ 템플릿이 없어요.
error-template-name = 이름은 1자부터 { $limit }자까지 쓸 수 있어요. 지금은 { $length }자예요.
error-template-argument = ‘{ $name }’ 글자는 변수 이름으로 쓸 수 없어요. 글자, 숫자, 밑줄로 { $limit }자까지 쓰고, 숫자로 시작하지 않게 해 주세요.
error-too-many-arguments = 변수는 { $limit }개까지 쓸 수 있어요. 지금은 { $count }개예요.
error-too-many-templates = 템플릿은 { $limit }개까지 둘 수 있어요. 먼저 하나를 빼 주세요.

settings-title-setting = 까치 설정
settings-title-default = 새 서버의 기본 설정
settings-choose = 고르기
settings-edit = 바꾸기
settings-none = 없음
settings-more = { $shown } 외 { $count }개
settings-everywhere = 채널이나 카테고리 고르기
settings-log-channel = 텍스트 채널 고르기
settings-everybody = 역할 고르기 (비우면 모두)
settings-page-features = 기능
    .text = 사용할 기능을 골라 주세요. 꺼 둔 기능은 바로 멈춰요.
settings-page-places = 채널
    .text = 메시지를 카카오톡으로 내보낼 채널이에요. 카테고리를 고르면 그 안의 채널이 모두 포함돼요.
settings-page-roles = 역할
    .text = 비워 두면 모두 쓸 수 있어요.
settings-page-content = 내용
    .text = 카카오톡으로 보낼 내용의 범위를 정해요.
settings-page-more = 한도·언어·기록
    .text = 멤버별 한도, 안내 언어, 기록 채널을 정해요. 메시지 내용과 토큰은 기록하지 않아요.
settings-page-history = 바뀐 내역
    .text = 설정을 바꾼 기록이에요.
settings-field-off = 꺼 둔 기능
settings-field-only = 이 채널에서만 내보내기
settings-field-never = 이 채널에서는 내보내지 않기
settings-field-link_roles = 카카오톡을 연결할 수 있는 역할
settings-field-forward_roles = 보내고 공유할 수 있는 역할
settings-field-rule_roles = 규칙과 소식을 받을 수 있는 역할
settings-field-policy = 내용 범위
settings-field-policies = 채널별 내용 범위
settings-field-policy-full = 이 채널은 전체
settings-field-policy-excerpt = 이 채널은 앞부분만
settings-field-policy-link = 이 채널은 링크만
settings-field-limits = 한도
settings-field-language = 서버 안내 언어
settings-field-log_channel_id = 기록 채널
settings-field-templates = 이름을 붙인 템플릿
settings-feature-link = 카카오톡 연결
settings-feature-forward = 보내기
settings-feature-compose = 직접 쓰기
settings-feature-share = 공유
settings-feature-highlight = 하이라이트 규칙
settings-feature-notify = 소식 알림
settings-policy-full = 내용과 사진 전체
settings-policy-excerpt = 앞부분만
settings-policy-link = 링크만
settings-language-auto = 서버 언어 따르기 (기본)
settings-language-ko = 한국어
settings-language-en = 영어
settings-limits =
    규칙 { $rules }개 · 소식 { $subscriptions }개 · { $sends ->
    [unlimited] 직접 보내기는 카카오 한도까지
    *[other] 직접 보내기 하루 { $sends }번
    }
settings-limits-title = 멤버별 한도
settings-limit-rules = 규칙 (0–200)
settings-limit-subscriptions = 받아 보는 소식 (0–100)
settings-limit-sends = 직접 보내기 하루 (비우면 카카오 한도만)
settings-history-none = 아직 바뀐 것이 없어요.
settings-history-older = 더 오래된 내역
settings-take-back = 되돌릴 변경 고르기
settings-member-unlinked = 카카오톡이 연결돼 있지 않아요.
settings-member-sound = { $since }부터 연결돼 있어요.
settings-member-broken = { $since }부터 연결했지만, 지금은 다시 연결해야 해요.
settings-member-sent = 오늘 보낸 카드: { $count }개
settings-member-unlink = 연결 강제 해제
settings-member-reason = 이유 (멤버에게 보여요)
settings-member-lift = 다시 허용하기
settings-member-excluded = 🔌 { $since }에 이 서버에서 연결을 해제했어요. 이유: { $reason }
settings-member-excluded-untold = 🔌 { $since }에 이 서버에서 연결을 해제했어요. 이 멤버는 다음에 명령어를 쓸 때 알게 돼요. 이유: { $reason }
settings-member-done = 이 서버에서 연결을 해제하고 이유를 알려 드렸어요. 다른 서버에서는 연결이 그대로예요.
settings-member-done-untold = 이 서버에서 연결을 해제했어요. DM이 닫혀 있어서 다음에 명령어를 쓸 때 이유를 알려 드려요. 다른 서버에서는 연결이 그대로예요.
settings-member-lifted = 이제 이 서버에서 카카오톡 연결을 다시 쓸 수 있어요. 끝난 규칙과 소식은 저절로 돌아오지 않아요.
settings-log-change = ⚙️ { $who } 님이 설정을 바꿨어요:
settings-log-unlink = 🔌 { $who } 님이 이 서버에서 { $member } 님의 카카오톡 연결을 해제했어요.
settings-log-lift = 🔗 { $who } 님이 이 서버에서 { $member } 님의 카카오톡 연결을 다시 허용했어요.
settings-statistics =
    📊 **지난 30일**
    연결한 멤버 { $linked }명
    🟨 보냄 { $sent } · 🟥 실패 { $failed } · ⬜ 확인 불가 { $unknown } · 🟦 대기 { $waiting }
    까치 전체: 오늘 { $used } / { $limit }번, 가장 많은 날 { $most }% (그래프의 초록 선)
error-settings-number = 0 이상의 숫자를 써 주세요. 규칙은 200, 받아 보는 소식은 100까지예요.
error-settings-member-unknown = 이 서버에서 까치를 쓰지 않는 멤버예요.
error-settings-member-gone = 이제 이 서버에 없는 멤버예요.
settings-reloaded = { $name } 기능을 다시 불러왔어요.
error-cog-unknown = ‘{ $name }’ 기능은 실행 중이 아니에요.
error-cog-silent = 프로세스가 제때 답하지 않았어요. 로그를 확인해 주세요.
error-cog-broken = ‘{ $name }’ 기능을 불러오지 못했어요. 이전 기능이 그대로 실행 중이에요. 이유는 로그에 있어요.
error-only-owner = 이 봇의 운영자만 할 수 있어요.
