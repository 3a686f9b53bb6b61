# The cards in KakaoTalk.
card-place = #{ $channel }
card-place-thread = { $parent } › { $channel }
card-place-nameless = 디스코드 메시지
card-place-direct = 다이렉트 메시지
card-place-group = 그룹 대화
card-place-elsewhere = 다른 서버
card-why = 🔔 { $names }
card-why-word = 단어
card-why-pattern = 패턴
card-why-mention = 멘션
card-why-role = 역할 멘션
card-why-reply = 답장
card-why-reaction = 반응
card-why-any = 새 글
card-button = 원문 보기
card-button-voice = 음성 채널 열기
card-button-event = 이벤트 보기
card-button-discord = 디스코드 열기
card-several = { $place } · 메시지 { $count }개
card-note = 📝 { $note }
card-reply = ↪ { $author }: { $text }
card-said = { $author }: { $text }
card-before = ↑ { $author }: { $text }
card-kept = 내용은 디스코드에서 볼 수 있어요.
card-forwarded = [전달] { $text }
card-forward = 전달한 메시지
card-notice = 디스코드 알림
card-picture = 사진
card-empty = (내용 없는 메시지)
card-age-restricted = 연령 제한 메시지예요. 디스코드에서 볼 수 있어요.
card-spoiler = (스포일러)
card-file = 📎 { $name }
card-files = 📎 { $name } 외 { $more }개
card-spoiler-files = 🙈 가려진 파일 { $number }개
card-voice = 🎤 음성 메시지 { $length }
card-stickers = 🏷️ 스티커: { $names }
card-poll = 📊 { $question }
card-poll-over = 📊 투표가 끝났어요: { $question }
card-poll-answer = { $number }. { $answer }
card-unknown-member = 알 수 없는 사용자
card-unknown-role = 알 수 없는 역할
card-unknown-channel = 알 수 없는 채널
card-moment = { $date } { $time }
card-zone = { $moment } ({ $zone })
card-navigation-customize = 채널 및 역할
card-navigation-browse = 채널 둘러보기
card-navigation-guide = 서버 가이드
card-navigation-home = 서버 가이드
card-navigation-linked-roles = 연결된 역할
card-sound = 🔊 사운드보드 소리
card-date = { $month }월 { $day }일 ({ $weekday ->
    [0] 월
    [1] 화
    [2] 수
    [3] 목
    [4] 금
    [5] 토
   *[6] 일
})
card-date-with-year = { $year }년 { $month }월 { $day }일 ({ $weekday ->
    [0] 월
    [1] 화
    [2] 수
    [3] 목
    [4] 금
    [5] 토
   *[6] 일
})
