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

menu-send-to-my-kakaotalk = 내 카카오톡으로 보내기
menu-send-to-kakao-friends = 카카오톡 친구에게 보내기
