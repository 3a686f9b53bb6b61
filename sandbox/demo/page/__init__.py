"""The demo page: Discord on the left, a KakaoTalk phone on the right.

Its HTTP API is JSON throughout and answers only under its own loopback address:

* `GET /api/state?person=민지&lang=ko`: the whole picture as this person sees it: `people`, `bot`
  (the state of its process and its last lines), `now` (the one clock), `discord` (guilds,
  channels, messages, commands), `kakao` (friends, chats, requests), `trouble` (which switches
  are on).
* `GET /api/events`: server-sent events; `change` holds the version of the state, now and after
  each change: another one than in the last snapshot says that `/api/state` is worth reading again.
* `POST /api/<action>`: one person does something. Every body has `person` and `locale`; the other
  fields, and the list of actions, are the models of `sandbox.demo.page.actions`. 200 is the answer
  of the bot or of Discord; 409 with `error` says why this person cannot do it.
* `POST /api/reset`: the village as it was in the morning, with a bot that knows nobody.
"""

from sandbox.demo.page.server import Bot, Page, Scene

__all__ = ["Bot", "Page", "Scene"]
