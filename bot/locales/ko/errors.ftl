error-unexpected = 문제가 생겼어요. 잠시 뒤에 다시 해 주세요.
error-not-linked = 아직 카카오톡이 연결되지 않았어요. 아래 버튼으로 연결한 다음 다시 해 보세요.
error-link-broken = 카카오톡 연결이 끊겼어요. 아래 버튼으로 다시 연결해 주세요.
error-app-spent = 오늘은 카카오가 까치의 요청을 더 받아 주지 않아요. 내일 다시 해 주세요.
error-try-later = 지금은 카카오에 연결할 수 없어요. 잠시 뒤에 다시 해 주세요.
error-discord-away = 지금은 디스코드가 대답하지 않아요. 잠시 뒤에 다시 해 주세요.
error-consent-missing =
    { $what ->
        [friends] 친구에게 보내려면
       *[me] 카카오톡으로 보내려면
    } 카카오에서 ‘{ $names }’ 동의가 필요해요. 아래 버튼에서 동의하면 여기서 바로 이어져요. 지금까지의 연결은 그대로예요.
error-operator-fault = 카카오가 까치의 요청을 거절했어요. 운영자가 설정을 고쳐야 해요.
error-message-not-found = 메시지를 찾을 수 없거나 볼 권한이 없어요.
error-bad-message-reference = 메시지 링크나 메시지 ID를 넣어 주세요. 메시지를 길게 누르거나 오른쪽 클릭해 ‘메시지 링크 복사하기’를 고르면 돼요.
error-channel-named = 이 링크는 메시지가 아니라 채널이에요. 보낼 메시지를 길게 누르거나 오른쪽 클릭해 ‘메시지 링크 복사하기’를 고른 뒤 붙여 넣어 주세요.
error-content-hidden = 까치가 이 메시지의 내용을 읽을 수 없어요. 메시지를 길게 누르거나 오른쪽 클릭해 ‘앱’에서 보내 보세요.
error-system-message = 디스코드의 시스템 메시지는 보낼 수 없어요.
error-author-opted-out = 이 메시지를 쓴 사람은 까치로 보내지 않기를 원해요.
error-author-not-in-passing = 이 메시지의 작성자는 자동 전송을 거부했어요. 꼭 필요하면 메뉴에서 하나씩 골라 보낼 수 있어요.
error-no-longer-whole = 이 창을 연 뒤에 보낼 수 없게 된 메시지가 있어요. 명령어를 다시 쓰면 보낼 수 있는 메시지만 다시 모아 드려요.
error-other-channel = 두 메시지가 같은 채널에 있어야 해요.
error-no-thread = 이 메시지에는 볼 수 있는 스레드가 없어요. 스레드 안의 메시지나 스레드가 시작된 메시지를 골라 주세요.
error-until-or-thread = ‘여기까지’와 ‘스레드전체’는 함께 쓸 수 없어요. 하나만 골라 주세요.
error-none-left =
    { $count ->
    [0] 여기에는 보낼 수 있는 메시지가 없어요.
    *[other] 메시지 { $count }개 모두 작성자가 자동 전송을 거부해서 함께 보낼 수 없어요. 꼭 필요하면 메뉴에서 하나씩 골라 보낼 수 있어요.
    }
error-no-emoji = 이모지를 하나만 골라 주세요. 예: 🔖. 서버 이모지도 돼요. 그만하려면 끄기라고 쓰세요.
error-too-many-reactions = 반응으로 고른 메시지 { $limit }개가 아직 보낼 차례를 기다리고 있어요. 먼저 고른 메시지가 나간 뒤에 다시 반응해 주세요.
error-note-too-long = 덧붙일 말은 { $limit }자까지 쓸 수 있어요. 지금은 { $length }자예요.
error-too-many-friends = 한 번에 { $limit }명까지 보낼 수 있어요. { $count }명을 골라서, 방금 고른 친구는 빼 두었어요.
error-nobody-picked = 보낼 친구를 먼저 골라 주세요.
error-only-in-servers = 서버에서만 켤 수 있어요. 이름을 보여 줄 서버에서 다시 써 주세요.
error-not-yours = 이 버튼은 명령어를 쓴 사람만 누를 수 있어요. 직접 명령어를 써 보세요.
error-expired = 만료됐거나 이미 처리된 버튼이에요. 명령어를 다시 써 주세요.
error-consent-required = 카카오에서 필수로 정한 항목이라 철회할 수 없어요. 모두 철회하려면 { PARTICLE(COMMAND("kakao unlink"), "으로") } 연결을 끊어 주세요.
error-settings-changed = 그사이 다른 관리자가 설정을 바꿨어요. 바뀐 설정을 확인하고 다시 해 주세요.
error-settings-take-back = 그사이 항목이 늘어서 되돌리면 한도를 넘어요. 몇 개를 뺀 뒤 다시 되돌려 주세요.
error-unreadable = 여기에 저장된 내 설정이나 이 서버의 설정을 읽을 수 없어서 아무것도 하지 않았어요. 운영자에게 알려 주세요. 어떤 설정인지는 로그에 남아 있어요. 카드를 받는 시간은 { PARTICLE(COMMAND("highlight schedule"), "으로") } 다시 정할 수 있어요.
error-nothing-left = 보낼 소식이 남아 있지 않아요.
error-rules-too-many = 이 서버에서는 규칙을 { $limit }개까지 만들 수 있어요. 쓰지 않는 규칙을 먼저 지워 주세요.
error-rule-duplicate = 이미 있는 규칙이에요: { $text }
error-rule-empty = 찾을 수 있는 글자가 없어요. 단어나 문장을 넣어 주세요.
error-rule-never = 그 말은 메시지에서 찾지 않아요. 멘션, 커스텀 이모지, 이메일 주소, 스포일러 말고 다른 말을 넣어 주세요. 멘션은 { PARTICLE(COMMAND("highlight me"), "으로") } 받을 수 있어요.
error-rule-too-long = 단어나 문장은 { $limit }자까지 쓸 수 있어요. 지금은 { $length }자예요.
error-rule-unknown = 그런 규칙이 없어요. 이미 지웠거나, 이름이 달라요.
error-rule-ambiguous = ‘{ $text }’에 맞는 규칙이 여러 개예요. 목록에 나오는 것 중에서 하나를 골라 주세요.
error-rule-nothing = 단어를 비우려면 채널이나 멤버, 역할 가운데 하나를 골라 주세요.
error-rule-everywhere = 모든 서버에서 찾는 규칙에는 채널이나 역할을 정할 수 없어요. 멤버만 정할 수 있어요.
error-rule-places = 규칙 하나에 채널이나 사람은 { $limit }개까지 정할 수 있어요.
error-rule-only-words = 방식과 대소문자 구분은 단어 규칙에서만, 새 단어는 단어나 패턴 규칙에서만 정할 수 있어요.
error-rule-only-reactions = 반응 수는 ‘내 메시지에 달린 반응’을 고를 때만 정할 수 있어요.
error-rule-reactions-by = 반응은 내 메시지에 달린 것을 세기 때문에 멤버를 정할 수 없어요.
error-rule-cooldown = 재알림 간격은 0부터 { $most }까지의 숫자로 써 주세요.
error-rules-ignored = 무시할 단어는 { $limit }개까지 정할 수 있어요.
error-pattern-bad = 올바른 패턴이 아니에요. 괄호와 대괄호의 짝이 맞는지 확인해 주세요.
error-pattern-look-around = 전방·후방 탐색((?=…), (?!…), (?<=…), (?<!…))은 쓸 수 없어요. 긴 메시지에서 너무 오래 걸릴 수 있어요.
error-pattern-back-reference = 역참조(\1 등)는 쓸 수 없어요. 긴 메시지에서 너무 오래 걸릴 수 있어요.
error-pattern-large = 패턴이 너무 길거나 반복이 너무 많아요. { $limit }자 안으로 줄여 주세요. 지금은 { $length }자예요.
error-pattern-everything = 모든 메시지에 맞는 패턴이에요. 찾을 글자를 넣어 주세요.
error-patterns-too-large = 패턴을 모두 합치면 너무 커요. 반복이 적은 패턴으로 바꾸거나, 쓰지 않는 패턴을 지워 주세요.
error-time = 시각을 읽을 수 없어요: { $text }. 08:00처럼 써 주세요.
error-schedule = 고른 값이 서로 맞지 않거나 없는 시간대예요. 시간대는 Asia/Seoul처럼 써 주세요.
error-schedule-together = ‘분’은 ‘몇 분마다’와, ‘시각’은 ‘정해진 시각’과 함께 골라 주세요. 둘 중 하나만 넣으면 거기에 맞춰 드려요.
error-schedule-leftovers = ‘정해진 시각’에 모아서 받을 때는 다 못 보낸 소식도 그 시각에 보내요. 남은 소식 시각은 다른 방식에서 정해 주세요.
error-schedule-quiet = 조용한 시간의 시작과 끝이 같아요. 23:00-08:00처럼 써 주세요. 없애려면 ‘끄기’라고 써 주세요.
error-nothing-named = 바꿀 항목을 하나 이상 골라 주세요.
error-subscriptions-too-many = 이 서버에서 받아 볼 수 있는 소식은 { $limit }개까지예요. { COMMAND("notify list") }에서 줄여 주세요.
error-subscription-everywhere = 이미 서버 전체에서 받아 보고 있어요.
error-subscription-unknown = 받아 보고 있지 않은 소식이에요. { PARTICLE(COMMAND("notify list"), "을") } 확인해 주세요.
error-notify-channel = 그 채널에서는 이 소식을 받을 수 없어요. 다른 채널을 고르거나 비워 두세요.
error-notify-tag = 그 포럼에는 그런 태그가 없어요. 포럼을 먼저 고르고 목록에서 태그를 골라 주세요.
error-notify-admins = 서버를 관리하는 멤버만 받아 볼 수 있는 소식이에요.
error-notify-member = ‘특정 멤버가 음성 채널에 들어올 때’를 고르고, 누구인지 멤버도 함께 골라 주세요.
error-notify-watch = 봇이나 나 자신은 고를 수 없어요. 다른 멤버를 골라 주세요.
error-presence-too-many = 하루에 { $limit }명까지만 물어볼 수 있어요. 내일 다시 해 주세요.
error-presence-opted-out = 자동 전송을 거부하고 있어서 허락할 수 없어요. 먼저 { COMMAND("privacy optout") }에서 다시 허용해 주세요.
error-feature-off = 이 서버에서는 관리자가 이 기능을 꺼 두었어요.
error-feature-off-elsewhere = 메시지가 있는 서버에서는 관리자가 이 기능을 꺼 두었어요.
error-role-needed = { $roles } 역할이 있어야 쓸 수 있어요.
error-role-needed-elsewhere = 메시지가 있는 서버에서 정해진 역할이 있어야 쓸 수 있어요.
error-place-off = 서버 관리자가 이 채널의 메시지는 카카오톡으로 내보내지 않도록 설정했어요.
error-place-off-elsewhere = 메시지가 있는 서버의 관리자가 그 채널의 메시지는 카카오톡으로 내보내지 않도록 설정했어요.
error-sends-limit = 이 서버에서 하루에 보낼 수 있는 { $limit }번을 모두 썼어요. 내일 다시 보내 주세요.
error-sends-limit-elsewhere = 메시지가 있는 서버에서 하루에 보낼 수 있는 { $limit }번을 모두 썼어요. 내일 다시 보내 주세요.
error-less-may-leave = 그사이 메시지가 있는 서버의 관리자가 내보낼 수 있는 내용을 줄였어요. 그 메시지에서 명령어를 다시 써 주세요.
error-excluded =
    이 서버의 관리자가 이 서버에서 내 카카오톡 연결을 쓰지 못하게 했어요.
    이유: { $reason }
error-excluded-elsewhere =
    메시지가 있는 서버의 관리자가 그 서버에서 내 카카오톡 연결을 쓰지 못하게 했어요.
    이유: { $reason }
error-number-none = 기다리는 번호가 없어요. 아직 카카오에서 동의하지 않았거나, 10분이 지났거나, 이미 입력한 번호예요. 아래 버튼으로 다시 시작해 주세요.
error-number-form = 카카오톡으로 온 여섯 자리 숫자를 써 주세요.
error-number-wrong = 번호가 달라요. { $left }번 더 입력할 수 있어요.
error-number-over = 번호를 다섯 번 잘못 입력해서 연결하지 않았어요. 받아 둔 카카오 정보는 모두 지웠어요. 아래 버튼으로 다시 시작할 수 있어요.
error-number-taken = 그사이 다른 디스코드 계정이 이 카카오계정을 연결했어요. 다른 카카오계정을 골라 주세요.
error-number-cards = 번호는 한 시간에 { $limit }번까지 보낼 수 있어요. 나중에 다시 해 주세요.
error-number-refused = 지금은 카카오톡으로 번호를 보낼 수 없어요. 먼저 온 번호가 있다면 그 번호를 써 주세요.
