# 톡캘린더
calendar-name = 까치
calendar-event-server = 디스코드 ‘{ $server }’ 서버의 이벤트예요.

calendar-when = 언제
calendar-where = 어디서
calendar-before-minutes = { $count }분 전
calendar-before-hours = { $count }시간 전
calendar-before-days = { $count }일 전
calendar-reminders = 알림 시각 (두 개까지)
calendar-button-put = 톡캘린더에 넣기
calendar-button-out = 톡캘린더에서 빼기
calendar-button-apart = ‘까치’ 캘린더에 따로 넣기
calendar-button-together = 내 캘린더에 함께 넣기
calendar-list-title = 톡캘린더에 넣은 이 서버의 이벤트
calendar-list-none = 아직 없어요. 이 명령에서 이벤트를 고르거나, { COMMAND("notify add") }에서 ‘톡캘린더’를 켜 보세요.
calendar-list-about = 알림은 톡캘린더에 설정해 둬요. 실제로 울리는지는 카카오톡 알림 설정에 따라 달라요.
calendar-added = 📅 예정된 이벤트를 톡캘린더에 넣고, 디스코드에서 바뀌거나 취소되면 따라서 고쳐요. 알림 시각은 { COMMAND("notify calendar") }에서 정해요.
calendar-consent-needed = 📅 톡캘린더에 넣으려면 카카오에서 한 가지 더 동의해 주세요. 동의하면 바로 넣어 드려요.
calendar-consent-gone =
    톡캘린더 동의가 없어서 이벤트를 더 넣거나 고치지 못해요. 이미 넣은 일정은 그대로 있어요.
    다시 동의하면 이어서 고쳐요. 카드는 그대로 받아 볼 수 있어요.

calendar-state-out = 톡캘린더에 없어요.
calendar-state-in = ✅ 톡캘린더에 있어요. 알림: { $when }
calendar-state-waiting = ⏳ 곧 톡캘린더에 넣거나 고쳐요.
calendar-state-consent = ⏸️ 카카오에서 톡캘린더에 동의하면 넣어요.
calendar-state-members-only = ⏸️ 아직 카카오의 사용 승인을 받지 못해서, 카카오 앱의 멤버로 등록된 사람만 쓸 수 있어요. 까치 운영자에게 물어봐 주세요.
calendar-state-operator = ⏸️ 까치 운영자가 카카오 앱 설정을 고쳐야 해요.
calendar-state-spent = ⏸️ 오늘은 카카오가 더 받아 주지 않아요. 내일 넣어요.
calendar-state-account = ❌ 이 카카오계정으로는 톡캘린더를 쓸 수 없어요. 카카오톡에 가입돼 있는지 확인해 주세요.
calendar-state-link-broken = ⏸️ 카카오톡 연결이 끊겼어요. 다시 연결하면 넣어요.
calendar-state-not-allowed = ⏸️ 이 서버의 관리자가 허용하지 않아요.
calendar-state-unclear = ❔ 카카오가 답하지 않아 들어갔는지 알 수 없어요. 톡캘린더를 직접 확인해 주세요.
calendar-state-refused = ❌ 카카오가 이 이벤트를 받아 주지 않았어요.
calendar-state-begun = ❌ 넣기 전에 이벤트가 시작됐어요.
calendar-state-unexpected = ⏳ 문제가 생겼어요. 조금 뒤에 다시 해 볼게요.

error-calendar-off = 이 까치에서는 톡캘린더를 쓸 수 없어요. 운영자가 켜야 해요.
error-calendar-event = 그런 이벤트가 없거나, 이미 시작했어요.
error-calendar-full = 톡캘린더에 넣은 이벤트가 이미 50개예요. 지나간 것은 저절로 빠져요.
error-calendar-consent = 톡캘린더에 넣으려면 카카오에서 한 가지 더 동의해 주세요. 동의하면 바로 넣어 드려요.
error-notify-calendar = 톡캘린더에는 ‘새 이벤트’만 넣을 수 있어요.

notify-calendar = 📅 톡캘린더에도
notify-calendar-interested = 📅 ‘관심 있음’을 누르면 톡캘린더에도

kakao-scope-talk_calendar = 톡캘린더
kakao-without-talk_calendar = 동의를 철회하면 톡캘린더에 이벤트를 넣거나 고치지 못해요. 이미 넣은 일정은 그대로 있어요.
kakao-agreed-talk_calendar = 이제 이벤트를 톡캘린더에 넣어 드려요.

page-scope-talk_calendar = 톡캘린더 내 일정 및 캘린더 관리
    .why = 고른 이벤트를 내 톡캘린더에 넣고, 바뀌면 고치고, 취소되면 빼요. 다른 일정은 언제인지만 보이고 내용은 볼 수 없어요.
page-consent-calendar = 이벤트를 톡캘린더에 넣을까요?
    .text = 디스코드의 예정된 이벤트를 내 톡캘린더에 넣으려면 카카오에서 한 가지 더 동의해야 해요.
    .then = 기다리던 이벤트를 바로 톡캘린더에 넣고 알림을 설정해 둬요.
    .agreed = 이제 이벤트를 톡캘린더에 넣어 드려요. 디스코드에서 바뀌거나 취소되면 따라서 고쳐요.
page-talk-calendar-unticked = 톡캘린더에 동의가 필요해요
    .text = ‘톡캘린더 내 일정 및 캘린더 관리’에 체크해야 이벤트를 넣을 수 있어요.
    .way = { page-way-discord }
page-consent-talk-calendar-unticked = 아직 동의하지 않았어요
    .text = ‘톡캘린더 내 일정 및 캘린더 관리’에 체크해야 이벤트를 넣을 수 있어요. 지금까지의 연결은 그대로예요.
    .way = { page-way-discord }

page-privacy-calendar = 톡캘린더
    .text = 톡캘린더에 넣기로 한 이벤트는 이름, 때, 곳, 설명과 카카오의 일정 번호, 알림 시각만 보관하고, 이벤트가 끝나고 하루 뒤에 지워요. 톡캘린더에 있는 다른 일정의 내용은 카카오가 보여 주지 않아요. 연결을 끊거나 모두 지우면 까치가 넣은 일정부터 톡캘린더에서 지워요. 그때 카카오가 답하지 않으면 남을 수 있으니, 남은 것은 직접 지워 주세요.
privacy-table-calendar_events = 톡캘린더에 넣은 이벤트
privacy-table-calendar_choices = 톡캘린더의 알림 시각과, 따로 넣을지

doctor-calendar-off = 톡캘린더는 쓰지 않아요(KAKAO_CALENDAR=false).
doctor-calendar-missing = 동의항목 { PARTICLE($items, "이") } 꺼져 있어서 아무도 톡캘린더에 동의할 수 없어요. [카카오 로그인] > [동의항목]에서 설정하거나 KAKAO_CALENDAR를 꺼 주세요.
doctor-calendar-ok = 톡캘린더 동의를 받을 수 있어요. 카카오의 사용 승인 전에는 앱 멤버만 쓸 수 있어요. 알림이 실제로 울리는지는 아직 확인되지 않았어요. 15분 뒤의 이벤트를 10분 전과 5분 전 알림으로 넣고 잠근 휴대폰을 지켜보세요.
