"""A Kkachi that shares: real storage and web server, and Kakao's notices said by hand."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.kakao import Message
from bot.services.accounts.webhook_queue import WebhookQueue
from bot.services.deliveries.attempt import Prepare, as_it_is
from bot.services.forwarding.shares import Shares
from bot.services.messages.models import Member
from bot.web import ShareSettings, add_sharing, build_web, serve
from sandbox.kakao.state import Webhook
from storage.shares import Share, ShareStore
from storage.webhooks import WebhookStore
from tests.support.linking import LinkWorld, free_port, open_house, texts
from tests.support.messages import highlight, message
from tests.support.outbox import VAULT

ADMIN_KEY = "the-admin-key"
MEMBER = Member(101, "민지", "https://cdn.example/1.png", "ko")
HELLO = highlight(message())

LINK = {"web_url": "https://kkachi.example/m/1"}
CONTENT = {"title": "길드 티셔츠", "description": "새로 나왔어요", "link": LINK}
TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "object_type": "feed",
        "content": CONTENT,
        "item_content": {
            "profile_text": "민지의 초대",
            "title_image_text": "정기전",
            "title_image_category": "토요일",
            "items": [{"item": "참가비", "item_op": "1000"}],
            "sum": "합계",
            "sum_op": "6000",
        },
        "social": {"like_count": 3, "comment_count": 1, "shared_count": 4, "view_count": 2000},
    },
    {"object_type": "list", "header_title": "이번 주", "header_link": LINK,
     "contents": [CONTENT, CONTENT]},
    {"object_type": "location", "address": "판교역로 235", "content": CONTENT},
    {"object_type": "commerce", "content": CONTENT,
     "commerce": {"regular_price": 20000, "discount_price": 15000, "discount_rate": 25}},
    {"object_type": "text", "text": "오늘 밤 9시!", "link": LINK, "button_title": "참가하기"},
    {"object_type": "calendar", "id_type": "event", "id": "e", "content": CONTENT},
)  # fmt: skip


@dataclass
class ShareWorld:
    """The share page and its webhook, and what was told of shares."""

    url: str
    house: LinkWorld
    store: ShareStore
    shares: Shares
    settings: ShareSettings
    told: list[tuple[str, int]] = field(default_factory=list)

    async def share(self, message: Message | None = None) -> Share:
        if message is not None:
            return await self.shares.message(MEMBER, message)
        return await self.shares.highlight(MEMBER, HELLO, None)

    async def chats(self, share: Share) -> int:
        found = await self.store.find(share.nonce)
        assert found is not None
        return found.chats

    async def note(self, share: Share) -> None:
        self.told.append((share.nonce, share.chats))

    async def get(self, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        async with self.house.browser() as browser:
            answer = await browser.get(self.url + path, headers)
            return answer.status, answer.page, answer.headers

    async def notice(
        self,
        nonce: str = "",
        notice_id: str = "a1",
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> int:
        """Say that a chat was reached, in Kakao's words unless told otherwise; gives the status."""
        said = {"CHAT_TYPE": "DirectChat", "HASH_CHAT_ID": "kGz", "kkachi": nonce}
        head = kakaos_headers(notice_id) | {"Content-Type": "application/json"} | (headers or {})
        content = json.dumps(said).encode() if body is None else body
        async with (
            self.house.browser() as browser,
            browser.session.post(
                f"{self.url}/webhooks/kakao/share", data=content, headers=head
            ) as answer,
        ):
            return answer.status

    async def query(self, fields: Mapping[str, str], method: str = "GET") -> int:
        """Say it the GET way."""
        async with (
            self.house.browser() as browser,
            browser.session.request(
                method,
                f"{self.url}/webhooks/kakao/share",
                params=fields,
                headers=kakaos_headers("a1"),
            ) as answer,
        ):
            return answer.status


def kakaos_headers(notice_id: str) -> dict[str, str]:
    return {
        "Authorization": f"KakaoAK {ADMIN_KEY}",
        "X-Kakao-Resource-ID": notice_id,
        "User-Agent": "KakaoOpenAPI/1.0",
    }


@asynccontextmanager
async def open_stall(
    folder: Path,
    *,
    admin_key: str = ADMIN_KEY,
    is_on: bool = True,
    is_told: bool = True,
    prepare: Prepare = as_it_is,
) -> AsyncIterator[ShareWorld]:
    async with open_house(folder) as house:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        inbox = WebhookQueue(
            WebhookStore(house.database, VAULT), now=house.clock, waits=(0.01,) * 300
        )
        store = ShareStore(house.database)
        shares = Shares(
            store,
            inbox,
            house.jumps,
            texts(),
            public_url=url,
            is_on=is_on,
            is_told=is_told,
            permit=_permitted,
            prepare=prepare,
            now=house.clock,
        )
        kakao = house.kakao
        kakao.app.admin_key = ADMIN_KEY
        kakao.app.js_sdk_domains.add(url)
        kakao.app.product_link_domains += ["https://kkachi.example", house.url]
        kakao.app.share_webhook = Webhook(f"{url}/webhooks/kakao/share")
        settings = ShareSettings(
            javascript_key=kakao.app.javascript_key,
            sdk_url=kakao.sdk_url,
            sdk_integrity=kakao.sdk_integrity,
            auth_url=kakao.url,
            api_url=kakao.url,
            sharer_url=kakao.url,
            public_url=url,
            picture_origin=kakao.url,
            admin_key=admin_key,
        )
        stall = ShareWorld(url, house, store, shares, settings)
        shares.on_reached.append(stall.note)
        app = build_web(
            house.linking,
            house.jumps,
            texts(),
            public_url=url,
            picture_origin=house.kakao.url,
            auth_url=house.kakao.url,
            healthy=_always,
        )
        add_sharing(app, shares, settings)
        async with inbox.open(), serve(app, "127.0.0.1", port):
            yield stall


async def _permitted(_: int, __: Share) -> None:
    """Let every share leave its server."""


async def _always() -> bool:
    return True
