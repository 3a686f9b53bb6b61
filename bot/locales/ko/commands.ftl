# Names of commands and options: small letters, no spaces, at most 32; descriptions at most 100.

command-kakao = 카카오톡
    .description = 카카오톡을 연결하고, 상태를 보고, 연결을 끊어요.
command-kakao-link = 연결
    .description = 내 카카오톡 계정을 연결해요.
command-kakao-status = 상태
    .description = 연결 상태와 오늘 남은 횟수, 최근에 보낸 내역을 보여 줘요.
command-kakao-unlink = 연결끊기
    .description = 내 카카오톡 계정 연결을 끊어요. 카카오 쪽 연결도 함께 끊어요.

command-forward = 보내기
    .description = 디스코드 메시지를 카카오톡으로 보내요.
command-forward-me = 나에게
    .description = 메시지를 내 카카오톡 '나와의 채팅'으로 보내요.
    .option-message = 메시지
    .option-message-description = 메시지 링크, 또는 이 채널에 있는 메시지의 ID
    .option-note = 덧붙일말
    .option-note-description = 카드 맨 앞에 들어갈 내 한마디
command-forward-friends = 친구에게
    .description = 메시지를 카카오톡 친구에게 보내요. 다섯 명까지 고를 수 있어요.
    .option-message = 메시지
    .option-message-description = 메시지 링크, 또는 이 채널에 있는 메시지의 ID
    .option-note = 덧붙일말
    .option-note-description = 카드 맨 앞에 들어갈 내 한마디

command-share = 공유
    .description = 메시지를 카카오톡 공유 창으로 친구나 채팅방에 보내요. 계정을 연결하지 않아도 돼요.
    .option-message = 메시지
    .option-message-description = 메시지 링크, 또는 이 채널에 있는 메시지의 ID
    .option-note = 덧붙일말
    .option-note-description = 카드 맨 앞에 들어갈 내 한마디

command-compose = 작성
    .description = 카카오톡 메시지를 직접 써서 나에게나 친구에게 보내요.
    .option-kind = 종류
    .option-kind-description = 어떤 메시지를 쓸지 골라요
    .option-picture = 사진
    .option-picture-description = 메시지에 넣을 사진

command-settings = 설정
    .description = 이 서버에서 까치가 할 일을 정해요.
command-settings-templates = 템플릿
    .description = 사용자 정의 템플릿에 이름을 붙여서 멤버가 쓰게 해요.
command-settings-templates-list = 목록
    .description = 이름을 붙인 사용자 정의 템플릿을 보여 줘요.
command-settings-templates-add = 추가
    .description = 카카오 앱의 사용자 정의 템플릿에 이름을 붙여서 멤버가 채워 보내게 해요.
    .option-name = 이름
    .option-name-description = 멤버에게 보일 이름
    .option-template_id = 템플릿번호
    .option-template_id-description = 카카오 메시지 템플릿 도구에 나오는 번호
    .option-arguments = 빈칸
    .option-arguments-description = 템플릿에 있는 ${"{"}…{"}"} 이름들을 쉼표로 나눠서: WHO, WHEN
command-settings-templates-remove = 제거
    .description = 사용자 정의 템플릿의 이름을 없애요.
    .option-name = 이름
    .option-name-description = 어떤 템플릿인지

menu-send-to-my-kakaotalk = 내 카카오톡으로 보내기
menu-send-to-kakao-friends = 카카오톡 친구에게 보내기
menu-share-on-kakaotalk = 카카오톡으로 공유
