setup-there = { $file } 파일에 이미 설정이 있어요. 고쳐 쓰거나, 처음부터 하려면 다른 곳으로 옮겨 주세요.
setup-discord-token = Developer Portal > 애플리케이션 > Bot > Reset Token. 같은 페이지에서 Message Content Intent도 켜 주세요.
setup-kakao-rest-api-key = 카카오디벨로퍼스 > [앱] > [플랫폼 키] > [REST API 키].
setup-kakao-client-secret = 같은 페이지의 [클라이언트 시크릿]. 이 키의 것이어야 해요.
setup-public-url = 밖에서 까치에 연결하는 주소예요. 경로 없이 적어 주세요: https://kkachi.example.com
setup-missing = 환경 변수에 없어요.
setup-ends = 아무것도 쓰지 않았어요.
setup-written = 설정을 { $file } 파일에 썼어요. 나만 읽을 수 있고, 새 TOKEN_KEYS도 들어 있어요. 키는 따로 복사해 두세요. 잃어버리면 멤버들이 다시 연결해야 해요.
setup-register =
    카카오디벨로퍼스에 등록해 주세요.
    - [앱] > [플랫폼 키] > [REST API 키] > [카카오 로그인 리다이렉트 URI]: { $redirect }
    - [앱] > [제품 링크 관리] > [웹 도메인]: { $url }
setup-proxy = 까치 앞에 Caddy를 둔다면 이렇게 적어요(nginx는 docs/setup.ko.md).
