"""Words that only look like a shorter word with something it carries: 강의 is not 강 with 의.

Where one of them stands, it is what was written, with particles of its own. A word belongs here
when somebody may watch for its beginning and would not mean it; where both readings are common
(차도: a roadway, or the car too), the particle wins.
"""

WORDS = (
    # 도
    """
    각도 강도 경도 고도 과도 구도 기도 농도 독도 면도 밀도 별도 보도 복도 부도 속도 수도 습도
    시도 연도 온도 용도 유도 의도 인도 전도 정도 제도 주도 지도 진도 철도 태도 파도 편도 포도
    한도 해도 효도 경기도 거제도 여의도 고속도 완성도 만족도 난이도 선호도 신뢰도 중요도 집중도
    정확도 숙련도 이해도 기여도 참여도 피로도 인지도 친밀도 충성도 활용도 적합도 유사도 심각도
    위험도 해상도 인기도 호감도 자유도 의존도 기사도
    """,
    # 의, 로, 론, 만, 대로
    """
    강의 거의 건의 결의 경의 고의 기의 내의 논의 대의 동의 명의 모의 무의 문의 발의 본의 사의
    상의 선의 성의 숙의 심의 악의 열의 예의 용의 유의 임의 자의 전의 정의 제의 주의 질의 창의
    토의 편의 하의 합의 항의 협의 호의 회의 경로 도로 미로 바로 별로 새로 서로 솔로 수로 실로
    유로 절로 제로 주로 진로 철로 킬로 토로 퇴로 폭로 프로 피로 항로 해로 홀로 화로 회로 활로
    때로 가로 세로 폴로 히어로 교차로 활주로 원자로 함부로 저절로 물론 결론 이론 토론 여론 거론
    추론 서론 멜론 개론 드론 가만 거만 교만 그만 기만 낭만 다만 대만 불만 자만 천만 백만 충만
    태만 하지만 그대로 제대로 절대로
    """,
    # 이, 은, 을, 과, 와
    """
    종이 먹이 놀이 풀이 벌이 맞이 송이 같이 굳이 많이 높이 깊이 용이 전이 변이 특이 고양이
    거북이 호랑이 원숭이 어린이 쌍둥이 막둥이 목걸이 귀걸이 떡볶이 골뱅이 지팡이 엉덩이 덩어리
    일일이 틈틈이 겹겹이 낱낱이 낮은 높은 죽은 죽을 입은 남은 숨은 젖은 감은 담은 심은 심을 참은
    참을 품은 묶은 섞은 굳은 밝은 맑은 젊은 얇은 넓은 좋은 많은 적은 작은 결과 경과 성과 통과
    학과 문과 안과 전과 약과 한과 불과 백과 간과 초과 효과 기와 도와 고와
    """,
    # 가, 나, 라, 야, 요, 다
    """
    나가 주가 추가 요가 메가 처가 허가 휴가 대가 유가 평가 국가 투가 누가 내가 네가 제가 작가
    하나 누나 만나 지나 신나 혼나 끝나 그나 코로나 바나나 아레나 마리나 세레나 레이나 나라 소라
    가라 마라 하라 해라 사라 자라 고라니 오로라 카메라 판도라 오페라 시야 해야 가야 여야 파파야
    강요 가요 개요 고요 담요 동요 민요 소요 수요 주요 중요 필요 해요 월요 화요 목요 금요 토요
    일요 대중가요 사이다 다시다 캐나다 베란다 파고다 소다 노다 게다가 민주당 자유당 정의당
    진보당 보수당 사회당 예비군 후보군 증후군 구세군 십자군
    """,
    # 임, 인, 일
    """
    게임 담임 모임 방임 부임 사임 선임 소임 신임 역임 연임 위임 재임 전임 주임 책임 초임 취임
    타임 퇴임 해임 후임 프레임 배임 피임 클레임 슬라임 카페인 헤로인 로그인 체크인 플러그인
    디자인 온라인 오프라인 캠페인 한국인 일본인 중국인 미국인 외국인 영국인 독일인 유럽인 서양인
    동양인 외계인 지구인 현지인 직장인 연예인 장애인 일반인 정치인 사회인 현대인 지식인 언론인
    경제인 종교인 방송인 음악인 예술인 기업인 법조인 변호인 대변인 대리인 관리인 중개인 보증인
    피고인 참고인 신청인 지배인 노숙인 임차인 임대인 유명인 용의인 스타일 모바일 미사일 스마일
    디테일 칵테일 토요일 일요일 월요일 화요일 수요일 목요일 금요일 마감일 출시일 발매일 시작일
    종료일 기념일 공휴일 시험일 발표일 방송일 개봉일 배송일 입금일 결제일 예정일 휴무일 일주일
    """,
    # 지만, 지요, 고, 니, 든, 께, 란, 시, 씨, 님, 네, 들, 때, 별, 용, 함, 해, 한
    """
    메시지 이미지 소시지 패키지 페이지 마사지 도라지 강아지 송아지 아버지 바가지 어머니 할머니
    주머니 바구니 심포니 아이고 알파고 시카고 바이든 두께 계란 토란 소란 요란 노란 파란 교란
    유엔 파티시에 날씨 글씨 말씨 솜씨 불씨 홀씨 마음씨 아가씨 아저씨 호박씨 수박씨 포도씨 손님
    하나님 하느님 주님 따님 아드님 도련님 동네 그네 아들 나들이 만들 흔들 버들 기름때 보관함
    우편함 사물함 사서함 쪽지함 메일함 투표함 수거함 잠수함 지중해 지난해 이듬해 최소한 최대한
    """,
    # Verbs whose stem is a noun as well: 가지다 and 가지, 배우다 and 배우.
    """
    가지고 가지면 가지며 가지니 가지지 배우고 배우면 배우며 배우니 배우지 배우든 지우고 지우면
    지우며 지우니 지우지 자라고 자라면 자라는 보라고 보라는 사라고 하자고 하자는 하자면 하자니
    사자고 가자고 보자고 피하고 원하고 변하고 구하고 정하고 당하고 통하고 전하고 취하고 향하고
    대하고 위하고 편하고 강하고 약하고 급하고 독하고 진하고 심하고 친하고 주세요 보세요 가세요
    오세요 사세요 자세요 하세요
    """,
)


def _words(*words: str) -> tuple[str, ...]:
    return tuple(" ".join(words).split())


def _set(*words: str) -> frozenset[str]:
    return frozenset(_words(*words))


LONGER_WORDS = _set(*WORDS)
# Of one syllable, these still make a verb with 하다 as they are: 말하다; but 구하다 is no 구.
DONE = frozenset("겜말일톡딜힐킬컷콜핑팟벙줌쇼욕절샷랩픽밴")
# What may stand before a noun and leave it what it is: 신메뉴 is a 메뉴, but 불합격 no 합격.
PREFIXES = _set("신 새 첫 재 총 본 전 현 구 초 최 팀")
# With a number before them these are words of their own: 3시간 is no 3시.
UNITS = _words(
    """
    인분 인칭 인용 인승 인조 인실 시간 시즌 분기 분의 분짜 차원 차선 차전 차로 차례 등급 등분 명함
    일차
    일장 주년 주차 주간 년대 년도 년차 층수 개월 개국 개소 원대 원권 회차 회전 위원 조각 조원 강의
    점대 점차
    대로 대문 대학 번가 번길 번지 번째 호선 호점 호실 호기 단계 도어 도씨 면체 명단
    """
)
# What follows a noun and leaves it what it is, though the dictionary calls it a suffix.
TITLES = _set("들 님 씨 네 끼리 쯤 째 짜리 꼴 당 별 쌤")
# What people are called behind their names.
PERSONS = _words(
    "언니 오빠 누나 형님 쌤 선배 후배 이모 고모 삼촌 팀장 과장 대리 부장 차장 사원 길마"
)
# The same behind names only: 지훈형, but no 이상형.
NAMED = _set("형 군 양")
# What may follow a number with its unit: 5명당, 3만원씩; but 2인분 is no 2인.
COUNTED = _set("정도 이상 이하 미만 당 씩 중 뒤 후 전 째 쯤 짜리 때 간 내 안")
# Of one syllable, most nouns make another word with the one before: 카톡방, 길드원. These do not;
# among them are verbs in their short form (시험봄), which the dictionary takes for nouns.
FREE = _set(
    "각 날 팟 값 글 건 뒤 앞 옆 안 밖 속 위 전 후 때 땐 말 팬 두 셋 좀 꼭 다 만 끝 팝 양 렉 폼 형",
    "감 옴 봄 침 삼 켬 둠 씀 땀 잠 춤 함 됨 남 냄 뜸 탐 잼 줌 쌈 팜 깸 찜 뜀 섬 참",
    "칩 큐 팩 룩 템 샷",
)
# Words that say what happens, what somebody wants or asks: 티켓양도, 선착순마감.
CALLS = _set(
    """
    가능 가입 개최 고장 공유 교환 구매 구함 급구 급등 급처 나눔 당첨 대기 등장 떡락 떡상 마감 매진
    모집
    문의 발표 복구 부족 부탁 불가 불참 사절 삭제 성공 시작 신청 실패 실화 양도 에러 연기 예정 오류
    오픈
    완료 완판 요청 인정 인증 임박 장애 접수 정리 제보 종료 지연 지원 직거래 진행 질문 참가 참석 초대
    추천
    추첨 출발 취소 택포 판매 포함 폭락 품절 필수 확인 확정 환영 환불 후기 희망
    누구 언제 어디 얼마 몇 뭐 왜
    """
)
# How a sentence ends, and nouns that end alike.
LAST_OF_SENTENCES = ("실분", *"요야래네다까죠냐님임음함됨옴남림짐뜸봄감움침팜김")
NO_SENTENCES = _words(
    """
    게임 모임 책임 담임 타임 프레임 마음 처음 다음 웃음 얼음 믿음 모음 울음 명함 보관함 강남 그림
    알림 영감 물감 장난감 도움 싸움 아침 지침 녹음 소음 노래 동네 바다 필요 가요
    분야 시야 손님 고객님
    """
)
# When something is, is no part of its name: 토요일레이드.
TIMES = _words(
    "월요일 화요일 수요일 목요일 금요일 토요일 일요일 주말 평일 새벽 이번주 다음주 지난주"
)
# Nouns of one syllable that the dictionary takes for verbs.
SLANG = _set("썰 짤 쩔 팸 겟")
# Two words to the dictionary, one to everybody.
JOINED = _set(
    """
    공지사항 준비사항 주의사항 참고사항 건의사항 변경사항 요구사항 고등학교 중학교 초등학교
    교환학생 대학생활 직장생활 결혼생활 지각변동 점심시간 학교폭력 가정폭력 할인마트 대형마트
    체크리스트 출석체크리스트 블랙리스트 버킷리스트 플레이리스트 위시리스트 고객센터 문화센터
    콜센터 버스정류장 지하철역 기차표 비행기표 영화감독 음악감독 축구선수 야구선수 농구선수
    게임중독 인기가요 노래자랑 동네북 고속버스 시내버스 마을버스 시험지옥 물가상승 환경오염
    지구온난화 인공지능 개인정보 교통사고 안전사고 사고방식 배달음식 불법주차 주차위반
    국제결혼 연애결혼 중매결혼 결혼식장 생일잔치 돌잔치 주민등록증 운전면허증 신분증명서
    차전 회전
    """
)
# Words that are not another one drawn out: 지인 is no 진.
STRETCHED = _set(
    "지인 시인 미인 사안 기인 시일 기일 이익 이인 비인 치인 사악 자아 나아 다아 아아 이이 어어 으으"
)
