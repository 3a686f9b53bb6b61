setup-there = { $file } exists already, and holds settings. Edit it, or move it away to begin again.
setup-discord-token = Discord Developer Portal > your application > Bot > Reset Token. Switch on Message Content Intent on the same page.
setup-kakao-rest-api-key = Kakao Developers > [App] > [Platform key] > [REST API key].
setup-kakao-client-secret = On the same page: [Client secret], the one that belongs to this key.
setup-public-url = The address at which people outside reach Kkachi, without a path: https://kkachi.example.com
setup-missing = is missing in the environment.
setup-ends = Nothing was written.
setup-written = The settings are in { $file }, which only you can read, with a new TOKEN_KEYS. Keep a copy of the keys: without them members have to link again.
setup-register =
    Register in Kakao Developers:
    - [App] > [Platform key] > [REST API key] > [Kakao Login redirect URI]: { $redirect }
    - [App] > [Product Link] > [Web domain]: { $url }
setup-proxy = For a Caddy in front of Kkachi (nginx: docs/setup.md):
