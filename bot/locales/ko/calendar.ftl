# 톡캘린더
calendar-name = 까치
calendar-event-server = 디스코드 { $server } 서버의 이벤트
