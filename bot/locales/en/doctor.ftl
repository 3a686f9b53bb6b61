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
doctor-user-install-ok = Members can add Kkachi to their own account and use it in other servers and direct messages.
doctor-user-install-off = Kkachi stays in its servers (USER_INSTALL=false).
doctor-user-install-missing = Nobody can add Kkachi to their own account yet. Switch on User Install: Developer Portal > Installation > Installation Contexts, or set USER_INSTALL=false.
doctor-user-install-scope = Added to an account, Kkachi would bring no commands. Add the scope applications.commands: Developer Portal > Installation > Default Install Settings > User Install.

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

doctor-watching = Looking again every { $seconds } seconds, with the settings as they are then, until nothing is wrong. Ctrl+C ends it.
doctor-commands-first = Discord does not have this version's commands yet. Kkachi registers them when it starts.
doctor-discord-secret-none = DISCORD_CLIENT_SECRET is not set, so there are no Linked Roles. That is fine.
doctor-discord-secret-ok = Discord accepts DISCORD_CLIENT_SECRET.
doctor-discord-secret-wrong = Discord does not accept DISCORD_CLIENT_SECRET. Make a new one: Developer Portal > your application > OAuth2 > Client Secret.
doctor-alerts-ok = Alarms go to #{ $name }, where Kkachi may write.
doctor-alerts-elsewhere = Alarms go to ALERT_URL.
doctor-alerts-none = Nobody is told when something goes wrong: set ALERT_CHANNEL_ID (Discord, developer mode: right click on a channel > Copy Channel ID), ALERT_URL or both.
doctor-alerts-hidden = ALERT_CHANNEL_ID: Kkachi does not see the channel { $channel }. Check the ID, and let Kkachi see the channel.
doctor-alerts-closed = ALERT_CHANNEL_ID: Kkachi may not write in #{ $name }. Allow it to view the channel and send messages there.
doctor-public-later = { $address } cannot be reached yet. Before the first start this is normal: start Kkachi and the reverse proxy, then run `kkachi doctor` again.
doctor-public-misdirected = { $address } leads to Kkachi, which does not know itself by the name that arrives. See the line about the proxy.
doctor-certificate-none = No certificate is needed for an address without https.
doctor-certificate-ok = The certificate is good for { $days } more days.
doctor-certificate-soon = The certificate is good for { $days } more days only. Is it renewed by itself (certbot renew, Caddy)?
doctor-certificate-bad = The certificate of { $address } cannot be trusted: { $reason }. Get one for this name, with its whole chain.
doctor-certificate-later = The certificate can be checked once { $address } can be reached.
doctor-proxy-none = There is no reverse proxy in between.
doctor-proxy-ok = The reverse proxy ({ $peer }) passes on the name of the host and for whom it asks.
doctor-proxy-later = What the reverse proxy passes on can be seen once { $address } leads to a running Kkachi of this version, with the same TOKEN_KEYS.
doctor-proxy-host = The reverse proxy passes on the host { $host } instead of { $wanted }, so Kkachi refuses its visitors. For nginx, add: { $lines }
doctor-proxy-silent = The reverse proxy ({ $peer }) does not say for whom it asks, so visitors could pass for this machine. For nginx, add: { $lines }
doctor-proxy-scheme = Visitors reach the reverse proxy by { $scheme }, but PUBLIC_URL says { $wanted }. Check which one is right.
doctor-database-server = PostgreSQL { $version } answers, and the tables are those of this version.
doctor-database-server-old = PostgreSQL { $version } is too old. Kkachi needs 14 or newer.
doctor-database-older = The database is of an older Kkachi. Commands of this version leave it alone; when this version starts, it copies the database and brings it up to date (docs/upgrades.md).
doctor-database-first = It can be seen after the first start: { $where }
doctor-files-ok = Only its owner can read the database.
doctor-files-server = The database is a server, which looks after its files itself.
doctor-files-exposed = Everybody on this machine can read { $files } in { $folder }. Run `chmod o=` on it, or make the folder private with `chmod 700 { $folder }`.
doctor-room-ok = The disk has { $megabytes } MiB left.
doctor-room-server = The database is a server, which has a disk of its own.
doctor-room-little = The disk has { $megabytes } MiB left, too little for the copy before an upgrade ({ $needed } MiB). Make room.
doctor-room-none = The disk of { $folder } has only { $megabytes } MiB left. Nothing is sent while the database cannot be written: make room.
doctor-cogs-ok = All { $count } modules of COGS can be loaded.
doctor-cogs-broken = COGS: some modules cannot be loaded: { $what }
doctor-korean-ok = The dictionary for Korean without spaces is there.
doctor-korean-plain = The package mecab-ko is not installed, so rules find fewer Korean words that are typed without spaces. It has wheels for CPython 3.11 to 3.14 on x86-64 and Arm: `pip install mecab-ko`, then restart Kkachi.
