doctor-settings-ok = All required settings are set.
doctor-settings-exposed = Everybody on this machine can read { $file } and the tokens in it. Run `chmod o= { $file }`.
doctor-broken = This check itself failed ({ $error }). Please report it with the log.

doctor-discord-ok = Discord accepts the token of the bot { $name }.
doctor-discord-token-refused = Discord does not accept DISCORD_TOKEN. Make a new one: Developer Portal > your application > Bot > Reset Token.
doctor-discord-unreachable = Discord ({ $address }) cannot be reached. Check the connection and the firewall.
doctor-intents-ok = Message content can be read.
doctor-intents-missing = Message content cannot be read, so rules for words and patterns do not work. Switch on Message Content Intent: Developer Portal > Bot > Privileged Gateway Intents.
doctor-commands-ok = All { $count } commands of this version are registered.
doctor-commands-differ = The registered commands differ from those of this version. Restart Kkachi, or run `kkachi sync`.

doctor-kakao-ok = Kakao accepts the REST API key and its secret.
doctor-kakao-key = Kakao does not know KAKAO_REST_API_KEY ({ $code }). See Kakao Developers > [App] > [Platform key] > [REST API key].
doctor-kakao-secret = KAKAO_CLIENT_SECRET is wrong ({ $code }). See [App] > [Platform key] > [REST API key] > [Client secret]; key and secret must belong together.
doctor-kakao-login-off = Kakao Login is off ({ $code }). Switch it on: [Kakao Login] > [General].
doctor-kakao-odd = Kakao gave an unexpected answer ({ $code }). Look the code up in docs/kakao-errors.md.
doctor-kakao-unreachable = Kakao ({ $address }) cannot be reached. Check the connection and the firewall.
doctor-redirect-ok = The redirect URI { $address } is registered.
doctor-redirect-missing = The redirect URI is not registered. Add { $address }, character for character: [App] > [Platform key] > [REST API key] > [Kakao Login redirect URI].
doctor-consents-ok = All consent items are set up.
doctor-consents-missing = The consent items { $items } are off. Set them up: [Kakao Login] > [Consent items].
doctor-consents-friends = The consent item { $items } is off, so nothing can be sent to friends. If you want that, set it up in [Kakao Login] > [Consent items] and ask Kakao for the permission in [Request additional features].
doctor-sharing-ok = /share can be used.
doctor-sharing-off = /share is off. To use it, put [App] > [Platform key] > [JavaScript key] into KAKAO_JAVASCRIPT_KEY.
doctor-clock-ok = The clock is right.
doctor-clock-unknown = Kakao did not send its time, so the clock could not be compared.
doctor-clock-wrong = The clock is { $seconds } seconds off Kakao's. Tokens will expire at the wrong time: set it by NTP.

doctor-public-ok = { $address } leads to Kkachi. Make sure that Kakao has this address as well: [App] > [Product Link] > [Web domain].
doctor-public-http = { $address } leads to Kkachi, but without https. Put a reverse proxy with a certificate in front.
doctor-public-unwell = { $address } leads to Kkachi, which is not connected to Discord or its database yet.
doctor-public-other = Something other than Kkachi answers at { $address } (status { $status }). Check the reverse proxy.
doctor-public-certificate = The certificate of { $address } cannot be trusted. Check it.
doctor-public-unreachable = { $address } cannot be reached. Is Kkachi running, and do the domain and the reverse proxy lead to it?
doctor-webhooks-ok = Kakao's notices get through to { $address }, and the admin key is right.
doctor-webhooks-off = Without KAKAO_ADMIN_KEY Kkachi does not learn at once when somebody unlinks at Kakao. Take it from [App] > [Platform key] > [Admin key], and register the addresses in [App] > [Webhook].
doctor-webhooks-refused = The webhook { $address } refused with { $status }. Does the running Kkachi have the same KAKAO_ADMIN_KEY, and does the reverse proxy pass the Authorization header on?

doctor-database-ok = The database is sound.
doctor-database-damaged = The database file is damaged: { $error }. Stop Kkachi and restore a backup with `kkachi restore`.
doctor-database-failing = The database does not open: { $error }. Check DATABASE_URL and the space on the disk.
doctor-database-newer = The database was written by a newer Kkachi. Start that version, or restore an earlier backup with `kkachi restore`.
doctor-keys-ok = Every token is encrypted with the first key.
doctor-keys-old = { $count } tokens are encrypted with an older key. After `kkachi keys rotate` that key can go.
doctor-keys-missing = No key in TOKEN_KEYS decrypts { $count } tokens. Put the old key back at the end of TOKEN_KEYS; if it is lost, these members have to link again.
doctor-korean-ok = The dictionary for Korean without spaces is there.
doctor-korean-plain = The package mecab-ko is not installed, so rules find fewer Korean words that are typed without spaces. It has wheels for CPython 3.11 to 3.14 on x86-64 and Arm: `pip install mecab-ko`, then restart Kkachi.
