# 카카오톡 말풍선: 카카오톡이 카드에 스스로 붙이는 말과, 미리보기가 그것과 다른 점.
bubble-more = 자세히 보기
bubble-map = 위치 보기
bubble-add = 일정 추가
bubble-subscribe = 캘린더 구독
bubble-like = 좋아요
bubble-comment = 댓글
bubble-shared = 공유
bubble-view = 조회
bubble-subscriber = 구독
bubble-picture = 사진은 카카오톡에서 보여요
bubble-scrap = 카카오가 이 페이지를 읽어 카드를 만들어요
bubble-custom = 운영자가 카카오에서 만든 카드예요

bubble-differs = 순서와 내용은 카카오톡과 같고, 모양과 글이 잘리는 곳만 조금 달라요.
