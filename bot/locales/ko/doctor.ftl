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
doctor-user-install-ok = 멤버가 까치를 자기 계정에 추가해서 다른 서버와 다이렉트 메시지에서도 쓸 수 있어요.
doctor-user-install-off = 까치는 들어가 있는 서버에서만 동작해요(USER_INSTALL=false).
doctor-user-install-missing = 아직 아무도 까치를 자기 계정에 추가할 수 없어요. Developer Portal > Installation > Installation Contexts에서 User Install을 켜거나 USER_INSTALL=false로 설정해 주세요.
doctor-user-install-scope = 계정에 추가해도 명령어가 나오지 않아요. Developer Portal > Installation > Default Install Settings > User Install에 applications.commands 범위를 추가해 주세요.

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

doctor-watching = { $seconds }초마다 그때의 설정으로 다시 확인하고, 고칠 것이 없으면 끝나요. 그만두려면 Ctrl+C를 누르세요.
doctor-commands-first = 이 버전의 명령어가 아직 등록되지 않았어요. 까치를 시작하면 저절로 등록돼요.
doctor-discord-secret-none = DISCORD_CLIENT_SECRET이 없어서 연결된 역할은 쓰지 않아요. 없어도 괜찮아요.
doctor-discord-secret-ok = DISCORD_CLIENT_SECRET이 올바라요.
doctor-discord-secret-wrong = DISCORD_CLIENT_SECRET이 올바르지 않아요. Developer Portal > 애플리케이션 > OAuth2 > Client Secret에서 새로 만들어 넣어 주세요.
doctor-alerts-ok = 문제가 생기면 #{ $name } 채널에 알려요. 까치가 글을 쓸 수 있어요.
doctor-alerts-elsewhere = 문제가 생기면 ALERT_URL로 알려요.
doctor-alerts-none = 문제가 생겨도 알릴 곳이 없어요. ALERT_CHANNEL_ID(디스코드 개발자 모드에서 채널 우클릭 > 채널 ID 복사하기)나 ALERT_URL을 넣어 주세요. 둘 다 넣어도 돼요.
doctor-alerts-hidden = ALERT_CHANNEL_ID: 까치에게 { $channel } 채널이 보이지 않아요. ID를 확인하고, 까치가 그 채널을 볼 수 있게 해 주세요.
doctor-alerts-closed = ALERT_CHANNEL_ID: 까치가 #{ $name } 채널에 글을 쓸 수 없어요. 채널 보기와 메시지 보내기 권한을 주세요.
doctor-public-later = { $address }에 아직 연결할 수 없어요. 처음 시작하기 전에는 그래요. 까치와 리버스 프록시를 시작하고 `kkachi doctor`를 다시 실행해 주세요.
doctor-public-misdirected = { $address }에서 까치가 응답하지만, 넘어온 호스트 이름이 까치의 이름과 달라요. 프록시를 확인한 줄을 봐 주세요.
doctor-certificate-none = https가 아닌 주소라서 인증서가 필요 없어요.
doctor-certificate-ok = 인증서 유효 기간이 { $days }일 남았어요.
doctor-certificate-soon = 인증서 유효 기간이 { $days }일밖에 남지 않았어요. 저절로 갱신되는지(certbot renew, Caddy) 확인해 주세요.
doctor-certificate-bad = { $address }의 인증서를 믿을 수 없어요: { $reason }. 이 이름으로 발급받은 인증서와 중간 인증서를 모두 넣어 주세요.
doctor-certificate-later = 인증서는 { $address }에 연결할 수 있게 되면 확인할 수 있어요.
doctor-proxy-none = 사이에 리버스 프록시가 없어요.
doctor-proxy-ok = 리버스 프록시({ $peer })가 호스트 이름과 방문자 주소를 넘겨줘요.
doctor-proxy-later = 리버스 프록시가 무엇을 넘겨주는지는 { $address }에서 같은 TOKEN_KEYS를 쓰는 이 버전의 까치가 실행 중일 때 확인할 수 있어요.
doctor-proxy-host = 리버스 프록시가 호스트를 { $wanted } 대신 { PARTICLE($host, "으로") } 넘겨서 까치가 방문자를 거절해요. nginx에는 이 줄을 넣어 주세요: { $lines }
doctor-proxy-silent = 리버스 프록시({ $peer })가 누구의 요청인지 알려 주지 않아서, 방문자가 이 컴퓨터인 척할 수 있어요. nginx에는 이 줄을 넣어 주세요: { $lines }
doctor-proxy-scheme = 방문자는 리버스 프록시에 { PARTICLE($scheme, "으로") } 연결하는데 PUBLIC_URL은 { $wanted }예요. 어느 쪽이 맞는지 확인해 주세요.
doctor-database-server = PostgreSQL { PARTICLE($version, "이") } 응답하고, 테이블이 이 버전의 것이에요.
doctor-database-server-old = PostgreSQL { PARTICLE($version, "은") } 너무 오래됐어요. 까치에는 14 이상이 필요해요.
doctor-database-older = 더 오래된 버전의 까치가 쓰던 데이터베이스예요. 이 버전의 명령은 건드리지 않아요. 이 버전을 시작하면 복사본을 남기고 새 형식으로 바꿔요(docs/upgrades.ko.md).
doctor-database-first = 처음 시작한 뒤에 확인할 수 있어요: { $where }
doctor-files-ok = 데이터베이스는 주인만 읽을 수 있어요.
doctor-files-server = 데이터베이스가 서버라서 파일은 서버가 관리해요.
doctor-files-exposed = 이 컴퓨터를 쓰는 누구나 { $folder } 폴더의 { $files } 파일을 읽을 수 있어요. 파일에 `chmod o=`을 실행하거나 `chmod 700 { $folder }`로 폴더를 잠가 주세요.
doctor-room-ok = 디스크에 { $megabytes } MiB가 남아 있어요.
doctor-room-server = 데이터베이스가 서버라서 디스크가 따로 있어요.
doctor-room-little = 디스크에 { $megabytes } MiB가 남아 있어서, 업그레이드 전에 남길 복사본({ $needed } MiB)을 만들 수 없어요. 자리를 만들어 주세요.
doctor-room-none = { $folder } 디스크에 { $megabytes } MiB밖에 남지 않았어요. 데이터베이스에 쓸 수 없으면 아무것도 보내지 않으니 자리를 만들어 주세요.
doctor-cogs-ok = COGS의 모듈 { $count }개를 모두 불러올 수 있어요.
doctor-cogs-broken = COGS: 불러올 수 없는 모듈이 있어요: { $what }
doctor-korean-ok = 띄어 쓰지 않은 한국어를 나누는 사전이 있어요.
doctor-korean-plain = mecab-ko 패키지가 없어서, 띄어 쓰지 않은 한국어 단어는 규칙이 덜 찾아요. x86-64와 Arm의 CPython 3.11~3.14에서 `pip install mecab-ko`로 설치한 뒤 까치를 다시 시작해 주세요.
