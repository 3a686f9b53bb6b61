doctor-settings-ok = 필요한 설정이 모두 있어요.
doctor-settings-exposed = 이 컴퓨터를 쓰는 누구나 { $file } 파일과 그 안의 토큰을 읽을 수 있어요. `chmod o= { $file }`을 실행해 주세요.
doctor-broken = 확인하다가 오류가 났어요({ $error }). 로그와 함께 알려 주세요.

doctor-discord-ok = 디스코드 봇 { $name }의 토큰이 올바라요.
doctor-discord-token-refused = DISCORD_TOKEN이 올바르지 않아요. Developer Portal > 애플리케이션 > Bot > Reset Token에서 새로 만들어 넣어 주세요.
doctor-discord-unreachable = 디스코드({ $address })에 연결하지 못했어요. 인터넷 연결과 방화벽을 확인해 주세요.
doctor-intents-ok = 메시지 내용을 읽을 수 있어요.
doctor-intents-missing = 메시지 내용을 읽을 수 없어서 단어와 패턴 규칙이 동작하지 않아요. Developer Portal > Bot > Privileged Gateway Intents에서 Message Content Intent를 켜 주세요.
doctor-commands-ok = 명령어 { $count }개가 이 버전 그대로 등록되어 있어요.
doctor-commands-differ = 등록된 명령어가 이 버전과 달라요. 까치를 다시 시작하거나 `kkachi sync`를 실행해 주세요.

doctor-kakao-ok = 카카오 REST API 키와 클라이언트 시크릿이 올바라요.
doctor-kakao-key = KAKAO_REST_API_KEY가 등록된 키가 아니에요({ $code }). 카카오디벨로퍼스 > [앱] > [플랫폼 키] > [REST API 키]를 확인해 주세요.
doctor-kakao-secret = KAKAO_CLIENT_SECRET이 맞지 않아요({ $code }). [앱] > [플랫폼 키] > [REST API 키] > [클라이언트 시크릿]을 확인해 주세요. 키와 시크릿은 짝이 맞아야 해요.
doctor-kakao-login-off = 카카오 로그인이 꺼져 있어요({ $code }). [카카오 로그인] > [일반]에서 켜 주세요.
doctor-kakao-odd = 카카오가 예상과 다르게 응답했어요({ $code }). docs/kakao-errors.ko.md에서 코드를 찾아보세요.
doctor-kakao-unreachable = 카카오({ $address })에 연결하지 못했어요. 인터넷 연결과 방화벽을 확인해 주세요.
doctor-redirect-ok = 리다이렉트 URI { PARTICLE($address, "이") } 등록되어 있어요.
doctor-redirect-missing = 리다이렉트 URI가 등록되어 있지 않아요. [앱] > [플랫폼 키] > [REST API 키] > [카카오 로그인 리다이렉트 URI]에 { PARTICLE($address, "을") } 글자 그대로 넣어 주세요.
doctor-consents-ok = 동의항목이 모두 설정되어 있어요.
doctor-consents-missing = 동의항목 { PARTICLE($items, "이") } 꺼져 있어요. [카카오 로그인] > [동의항목]에서 설정해 주세요.
doctor-consents-friends = 동의항목 { PARTICLE($items, "이") } 꺼져 있어서 친구에게는 보낼 수 없어요. 필요하면 [카카오 로그인] > [동의항목]에서 설정하고 [추가 기능 신청]으로 권한을 받아 주세요.
doctor-sharing-ok = { COMMAND("share") }(/share)를 쓸 수 있어요.
doctor-sharing-off = { COMMAND("share") }(/share)가 꺼져 있어요. 쓰려면 [앱] > [플랫폼 키] > [JavaScript 키]를 KAKAO_JAVASCRIPT_KEY에 넣어 주세요.
doctor-clock-ok = 시계가 맞아요.
doctor-clock-unknown = 카카오의 시각을 알 수 없어서 시계를 비교하지 못했어요.
doctor-clock-wrong = 시계가 카카오와 { $seconds }초 달라요. 토큰 기한이 어긋나니 NTP로 맞춰 주세요.

doctor-public-ok = { PARTICLE($address, "으로") } 까치에 연결돼요. 카카오의 [앱] > [제품 링크 관리] > [웹 도메인]에도 이 주소가 있는지 확인해 주세요.
doctor-public-http = { PARTICLE($address, "으로") } 연결되지만 https가 아니에요. 인증서를 갖춘 리버스 프록시를 앞에 두세요.
doctor-public-unwell = { PARTICLE($address, "으로") } 연결되지만 까치가 아직 디스코드나 데이터베이스에 연결하지 못했어요.
doctor-public-other = { $address }에서 까치가 아닌 프로그램이 응답했어요(상태 { $status }). 리버스 프록시 설정을 확인해 주세요.
doctor-public-certificate = { $address }의 인증서를 믿을 수 없어요. 인증서를 확인해 주세요.
doctor-public-unreachable = { $address }에 연결하지 못했어요. 까치가 실행 중인지, 도메인과 리버스 프록시가 맞는지 확인해 주세요.
doctor-webhooks-ok = 카카오 웹훅 주소 { $address }와 어드민 키가 맞아요.
doctor-webhooks-off = KAKAO_ADMIN_KEY가 없어서 카카오에서 연결을 끊은 멤버를 바로 알 수 없어요. [앱] > [플랫폼 키] > [어드민 키]의 값을 넣고 [앱] > [웹훅]에 주소를 등록해 주세요.
doctor-webhooks-refused = 웹훅 주소 { PARTICLE($address, "이") } { $status }로 거절했어요. 실행 중인 까치의 KAKAO_ADMIN_KEY가 같은지, 리버스 프록시가 Authorization 헤더를 넘겨주는지 확인해 주세요.

doctor-database-ok = 데이터베이스가 온전해요.
doctor-database-damaged = 데이터베이스 파일이 손상됐어요: { $error }. 까치를 멈추고 `kkachi restore`로 백업을 되돌려 주세요.
doctor-database-failing = 데이터베이스를 열지 못했어요: { $error }. DATABASE_URL과 디스크 공간을 확인해 주세요.
doctor-database-newer = 더 새로운 버전의 까치가 쓴 데이터베이스예요. 그 버전을 실행하거나 `kkachi restore`로 그 전의 백업을 되돌려 주세요.
doctor-keys-ok = 저장된 토큰이 모두 첫 번째 키로 암호화되어 있어요.
doctor-keys-old = 토큰 { $count }개가 예전 키로 암호화되어 있어요. `kkachi keys rotate`로 옮기면 예전 키를 지울 수 있어요.
doctor-keys-missing = 토큰 { $count }개를 TOKEN_KEYS의 어떤 키로도 복호화할 수 없어요. 예전 키를 TOKEN_KEYS 뒤에 다시 넣어 주세요. 잃어버렸다면 그 멤버들은 다시 연결해야 해요.
doctor-korean-ok = 띄어 쓰지 않은 한국어를 나누는 사전이 있어요.
doctor-korean-plain = mecab-ko 패키지가 없어서, 띄어 쓰지 않은 한국어 단어는 규칙이 덜 찾아요. x86-64와 Arm의 CPython 3.11~3.14에서 `pip install mecab-ko`로 설치한 뒤 까치를 다시 시작해 주세요.
