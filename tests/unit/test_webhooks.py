"""What Kakao tells us of its accounts: over real sockets, true, forged, repeated, late, broken."""

import asyncio
import base64
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from aiohttp import ClientSession
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from sqlalchemy import text

from bot.services.accounts.links import LATEST_NOTICE
from bot.services.accounts.oauth import BASIC_SCOPES, FRIENDS_SCOPES
from bot.services.accounts.security_events import ASK_AGAIN, KEYS_LIFE, Keys, SecurityEvents
from bot.services.accounts.webhook_queue import WebhookQueue
from bot.services.accounts.webhooks import AccountWebhooks
from bot.texts import Locale
from bot.web import add_accounts, build_web, serve
from sandbox.kakao.notices import Notice
from sandbox.kakao.signing import Key
from sandbox.kakao.state import Account, Webhook
from storage.database import open_database
from storage.links import Link
from storage.personal import PersonalStore
from storage.webhooks import Told, WebhookStore
from tests.support.linking import MINJI, NOON, LinkWorld, free_port, open_house, texts, until
from tests.support.outbox import VAULT

WAITING = text("SELECT kind, tries, worker FROM waiting_webhooks")
WAITS = (0.0,) * 300
UNLINK, ACCOUNT = "/webhooks/kakao/unlink", "/webhooks/kakao/account"
JWKS = "/.well-known/jwks.json"
STUCK = text("CREATE TRIGGER stuck BEFORE DELETE ON links BEGIN SELECT RAISE(ABORT, 'no'); END")
News = tuple[str, int, Locale]


@dataclass
class Office:
    """A house where Kakao's notices come in, and what members were told of them."""

    house: LinkWorld
    url: str
    accounts: AccountWebhooks
    told: list[News]
    inbox: WebhookQueue

    @property
    def minji(self) -> Account:
        return self.house.kakao.account("민지")

    async def link(self) -> Link | None:
        """Return 민지's link when all notices are worked through."""
        await self.settled()
        return await self.house.links.get(MINJI)

    async def settled(self) -> None:
        await until(self.waits_for_nothing)

    async def waits_for_nothing(self) -> bool:
        return await self.house.database.all(WAITING) == []

    async def event(self, kind: str, **changes: Any) -> Notice:  # noqa: ANN401 - whatever may be forged
        notice = await self.house.kakao.send_event(kind, self.minji, **changes)
        assert notice is not None
        return notice

    async def post(self, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        async with (
            ClientSession() as http,
            http.post(self.url + path, data=body, headers=headers) as response,
        ):
            return response.status, await response.read()

    async def get(self, path: str, key: str | None = None) -> int:
        headers = {} if key is None else {"Authorization": key}
        async with ClientSession() as http, http.get(self.url + path, headers=headers) as response:
            return response.status

    @property
    def key(self) -> str:
        return f"KakaoAK {self.house.kakao.app.admin_key}"

    @property
    def asked_for_keys(self) -> int:
        return self.house.calls(JWKS)


@asynccontextmanager
async def open_office(folder: Path, *, admin_key: str | None = None) -> AsyncIterator[Office]:
    async with open_house(folder) as house:
        kakao, clock = house.kakao, house.clock
        kakao.keys._published.append(signing_key())
        inbox = WebhookQueue(WebhookStore(house.database, VAULT), now=clock, waits=WAITS)
        events = SecurityEvents(
            Keys(house.client, now=clock),
            issuers={kakao.url},
            audience={kakao.app.rest_api_key, str(kakao.app.id)},
            now=clock,
        )
        accounts = AccountWebhooks(house.links, house.pending, inbox, events, now=clock)
        told = _listen(house)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        web = build_web(
            house.linking,
            house.jumps,
            texts(),
            public_url=url,
            picture_origin=kakao.url,
            auth_url=kakao.url,
            healthy=lambda: asyncio.sleep(0, result=True),
        )
        key = kakao.app.admin_key if admin_key is None else admin_key
        add_accounts(web, accounts, admin_key=key, app_id=str(kakao.app.id))
        kakao.app.unlink_webhook = Webhook(url + UNLINK, "POST", "form")
        kakao.app.account_webhook = Webhook(url + ACCOUNT)
        async with inbox.open(), serve(web, "127.0.0.1", port):
            yield Office(house, url, accounts, told, inbox)


@cache
def signing_key() -> Key:
    """Make Kakao's first key once for all tests: that takes longer than a whole test."""
    return Key("the first key", generate_private_key(public_exponent=65537, key_size=2048))


def _listen(house: LinkWorld) -> list[News]:
    told: list[News] = []

    def note(what: str) -> Callable[..., Any]:
        async def listener(member_id: int, locale: Locale, *_scopes: object) -> None:
            told.append((what, member_id, locale))

        return listener

    house.links.on_undone.append(note("undone"))
    house.links.on_broken.append(note("broken"))
    house.links.on_consent_missing.append(note("consent"))
    return told


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        await office.house.link("민지")
        office.house.clock.passes(LATEST_NOTICE)
        yield office


def statuses(notices: list[Notice]) -> list[int | None]:
    return [notice.status for notice in notices]


def fault(answer: bytes) -> str:
    body = json.loads(answer)
    assert set(body) == {"err", "description"}
    assert isinstance(body["description"], str)
    return str(body["err"])


# Unlinked at Kakao


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_whoever_unlinks_at_kakao_is_forgotten_and_told_once(
    office: Office, method: Literal["GET", "POST"]
) -> None:
    office.house.kakao.app.unlink_webhook = Webhook(office.url + UNLINK, method, "form")
    unlinked: list[int] = []

    async def on_unlinked(member_id: int) -> None:
        unlinked.append(member_id)

    office.house.links.on_unlinked.append(on_unlinked)
    notices = await office.house.kakao.unlink_at_kakao(office.minji)
    assert statuses(notices) == [200, 202]
    assert await office.link() is None
    assert unlinked == [MINJI]
    assert office.told == [("undone", MINJI, "ko")]
    assert office.house.calls("/v1/user/unlink") == 0


async def test_no_row_holds_anything_of_the_account_afterwards(office: Office) -> None:
    kakao_id = office.minji.id
    await office.house.kakao.unlink_at_kakao(office.minji)
    await office.settled()
    with sqlite3.connect(office.house.file) as database:
        # The face on the link page is Discord's; only here it has a picture of the local Kakao.
        dump = "\n".join(row for row in database.iterdump() if "link_requests" not in row)
    assert str(kakao_id) not in dump
    assert 'INSERT INTO "links"' not in dump


async def test_a_notice_about_nobody_we_know_is_answered_200_too(office: Office) -> None:
    for user in ("1", "", "민지", "9" * 18, "9" * 400, "-1", "1' OR 1=1", "１"):
        body = f"app_id={office.house.kakao.app.id}&user_id={user}".encode()
        form = "application/x-www-form-urlencoded"
        answer = await office.post(UNLINK, body, Authorization=office.key, **{"Content-Type": form})
        assert answer == (200, b"")
    assert await office.link() is not None


async def test_a_notice_that_cannot_be_read_is_answered_200_and_changes_nothing(
    office: Office,
) -> None:
    form, as_json = "application/x-www-form-urlencoded", "application/json"
    user = office.minji.id
    bodies = [
        (form, b"\xff\xfe"),
        (form, b"user_id=%d&user_id=2" % user),
        (form, b"a=1&" * 500 + b"user_id=%d" % user),
        (form, b"user_id=%d&x=" % user + b"a" * 100_000),
        (as_json, b"[" * 60_000),
        (as_json, b'["user_id"]'),
        (as_json, b'{"user_id": {}}'),
        ("multipart/form-data", b"--x"),
    ]
    for kind, body in bodies:
        answer = await office.post(UNLINK, body, Authorization=office.key, **{"Content-Type": kind})
        assert answer == (200, b"")
    assert await office.link() is not None


async def test_without_the_admin_key_nothing_happens(office: Office) -> None:
    query = f"{UNLINK}?app_id={office.house.kakao.app.id}&user_id={office.minji.id}"
    key = office.key
    for forged in (None, "", "KakaoAK ", "KakaoAK", key[:-1], key + "x", key.lower(), "Bearer x"):
        assert await office.get(query, forged) == 403
    assert await office.link() is not None
    assert office.told == []


async def test_without_an_admin_key_in_the_settings_nobody_is_believed(tmp_path: Path) -> None:
    async with open_office(tmp_path, admin_key="") as office:
        for key in ("KakaoAK ", "KakaoAK", ""):
            assert await office.get(f"{UNLINK}?user_id=1", key) == 403


async def test_a_notice_of_another_app_is_refused(office: Office) -> None:
    query = f"{UNLINK}?app_id=42&user_id={office.minji.id}"
    assert await office.get(query, office.key) == 403
    assert await office.link() is not None


async def test_asking_for_the_head_of_the_notice_unlinks_nobody(office: Office) -> None:
    url = f"{office.url}{UNLINK}?user_id={office.minji.id}"
    headers = {"Authorization": office.key}
    async with ClientSession(headers=headers) as http, http.head(url) as response:
        assert response.status == 405
    assert await office.link() is not None


async def test_a_body_that_never_ends_is_waited_for_no_longer_than_a_second(
    office: Office,
) -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b"user_id="
        await asyncio.sleep(30)

    async with asyncio.timeout(2.5), ClientSession() as http:
        headers = {"Authorization": office.key}
        async with http.post(office.url + UNLINK, data=drip(), headers=headers) as response:
            assert response.status == 200


async def test_kakao_does_not_hear_that_we_have_what_the_database_has_not_and_nothing_is_lost(
    office: Office,
) -> None:
    with sqlite3.connect(office.house.file) as other:
        other.execute("BEGIN EXCLUSIVE")
        notices = await office.house.kakao.unlink_at_kakao(office.minji)
        assert statuses(notices) == [503, 503]
        other.rollback()

    async def is_gone() -> bool:
        return await office.link() is None

    await until(is_gone)
    assert office.told == [("undone", MINJI, "ko")]


async def test_what_kakao_says_again_after_a_refusal_counts_once(office: Office) -> None:
    with sqlite3.connect(office.house.file) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused = await office.event("user-scope-withdraw", scope=["talk_message"])
        assert refused.status == 503
        other.rollback()
    again = await office.house.kakao.notices.again(refused)
    assert again is not None
    assert again.status == 202
    await office.settled()
    assert office.told == [("consent", MINJI, "ko")]


async def test_what_cannot_be_worked_through_is_logged_and_tried_until_it_can(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.house.database.change(STUCK)
    query = f"{UNLINK}?user_id={office.minji.id}"
    assert await office.get(query, office.key) == 200
    stranger = f"{UNLINK}?user_id=1"
    assert await office.get(stranger, office.key) == 200

    async def only_ours_is_stuck() -> bool:
        rows = await office.house.database.all(WAITING)
        return len(rows) == 1 and rows[0]["tries"] > 1

    await until(only_ours_is_stuck)
    assert "a notice of Kakao has to wait: unlink, StorageError" in caplog.text
    assert str(office.minji.id) not in caplog.text
    await office.house.database.change(text("DROP TRIGGER stuck"))
    assert await office.link() is None
    assert office.told == [("undone", MINJI, "ko")]


async def test_whoever_unlinks_in_discord_is_not_told_that_they_did_so_at_kakao(
    office: Office,
) -> None:
    office.house.kakao.switches.set_of_own_calls = True
    await office.house.links.unlink(MINJI)
    await office.house.kakao.notices.settle()
    assert await office.link() is None
    assert office.told == []


# Account events


async def test_revoked_tokens_break_the_link_and_the_member_is_told_once(office: Office) -> None:
    notices = await office.house.kakao.revoke_tokens_at_kakao(office.minji)
    notices.append(await office.event("tokens-revoked"))
    link = await office.link()
    assert link is not None
    assert (statuses(notices), link.broken_at) == ([202, 202], office.house.clock())
    assert office.told == [("broken", MINJI, "ko")]


async def test_a_withdrawn_consent_is_noted_and_told_when_no_card_can_go_out(
    office: Office,
) -> None:
    await office.event("user-scope-withdraw", scope=["profile_nickname"])
    link = await office.link()
    assert link is not None
    assert (link.scopes, office.told) == (frozenset({"talk_message"}), [])
    for _ in range(2):
        await office.event("user-scope-withdraw", scope=["talk_message", "friends"])
    link = await office.link()
    assert link is not None
    assert (link.scopes, office.told) == (frozenset(), [("consent", MINJI, "ko")])


async def test_unlinking_is_understood_from_the_event_alone(office: Office) -> None:
    office.house.kakao.app.unlink_webhook = None
    await office.house.kakao.unlink_at_kakao(office.minji)
    assert await office.link() is None
    assert office.told == [("undone", MINJI, "ko")]


async def test_other_events_and_other_people_change_nothing(office: Office) -> None:
    before = await office.link()
    risc = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
    for kind in ("token-issued", "user-linked", risc, "https://example.com/user-unlinked"):
        assert (await office.event(kind)).status == 202
    stranger = await office.house.kakao.send_event("user-unlinked", 1)
    assert stranger is not None
    assert stranger.status == 202
    assert (await office.link(), office.told) == (before, [])


async def test_a_repeated_event_is_accepted_and_ignored(office: Office) -> None:
    first = await office.event("user-scope-withdraw", scope=["talk_message"])
    await office.settled()
    await office.house.links.consented(await office.house.linked(), ["talk_message"])
    again = await office.house.kakao.notices.again(first)
    link = await office.link()
    assert again is not None
    assert link is not None
    assert (again.status, link.scopes) == (202, frozenset({"talk_message"}))


async def test_a_repeated_event_is_ignored_after_a_restart_too(database_url: str) -> None:
    told, taken = Told("event", None, "said", once="a"), []
    for _ in range(2):
        async with open_database(database_url) as database:
            store = WebhookStore(database, VAULT)
            await store.accept(told, 1.0)
            taken.append(await store.take(None, 1.0, 300.0, 10))
            for one in taken[-1]:
                await store.done(one)
    assert [len(some) for some in taken] == [1, 0]


async def test_a_late_event_reaches_the_link_it_was_about_and_no_newer_one(
    office: Office,
) -> None:
    noon = int(office.house.clock())
    office.house.clock.passes(3 * 86400)
    late = {"iat": noon + 60, "toe": noon + 60}
    assert (await office.event("tokens-revoked", claims=late)).status == 202
    link = await office.link()
    assert link is not None
    assert link.broken_at is not None
    await office.house.link("민지")
    for kind in ("tokens-revoked", "user-unlinked"):
        assert (await office.event(kind, claims=late)).status == 202
    link = await office.link()
    assert link is not None
    assert link.broken_at is None


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"key": "strange"}, "invalid_key"),
    ({"key": "none"}, "invalid_request"),
    ({"kid": "unheard-of"}, "invalid_key"),
    ({"key": "strange", "kid": "unheard-of"}, "invalid_key"),
    ({"typ": "JWT"}, "invalid_request"),
    ({"claims": {"iss": "https://evil.example"}}, "invalid_issuer"),
    ({"claims": {"iss": None}}, "invalid_issuer"),
    ({"claims": {"aud": "another app"}}, "invalid_audience"),
    ({"claims": {"aud": []}}, "invalid_audience"),
    ({"claims": {"aud": None}}, "invalid_audience"),
    ({"claims": {"iat": None}}, "invalid_request"),
    ({"claims": {"iat": 4_000_000_000}}, "invalid_request"),
    ({"claims": {"iat": 10**400}}, "invalid_request"),
    ({"claims": {"iat": "now"}}, "invalid_request"),
    ({"claims": {"toe": "now"}}, "invalid_request"),
    ({"claims": {"jti": None}}, "invalid_request"),
    ({"claims": {"jti": 7}}, "invalid_request"),
    ({"claims": {"jti": "a" * 1000}}, "invalid_request"),
    ({"claims": {"events": None}}, "invalid_request"),
    ({"claims": {"events": ["user-unlinked"]}}, "invalid_request"),
]


async def test_an_event_that_is_not_for_us_is_refused_in_kakaos_words(office: Office) -> None:
    for changes, expected in REFUSED:
        notice = await office.event("user-unlinked", **changes)
        assert (notice.status, fault(notice.answer)) == (400, expected), changes
    assert await office.link() is not None


async def test_the_app_may_be_named_by_its_id_and_among_others(office: Office) -> None:
    app = office.house.kakao.app
    for audience in (str(app.id), app.rest_api_key, ["another", str(app.id)]):
        assert (await office.event("user-linked", claims={"aud": audience})).status == 202


async def test_what_is_no_token_at_all_is_refused(office: Office) -> None:
    good = office.house.kakao.signed_event("user-unlinked", office.minji).encode()
    head, body, signature = good.split(b".")
    deep = base64.urlsafe_b64encode(b"[" * 40_000).rstrip(b"=")
    bodies = [
        b"",
        b"{}",
        b"..",
        b"\xff\xfe.\x00.",
        head + b"." + body,
        good + b".more",
        head + b"." + body + b".",
        head + b"." + deep + b"." + signature,
        deep + b"." + body + b"." + signature,
        good * 200,
    ]
    for token in bodies:
        status, answer = await office.post(ACCOUNT, token)
        assert (status, fault(answer)) in {(400, "invalid_request"), (400, "invalid_key")}
    assert await office.link() is not None


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(office: Office) -> None:
    """The classic: HS256 with what everybody can read."""
    good = office.house.kakao.signed_event("user-unlinked", office.minji)
    header = {"alg": "HS256", "typ": "secevent+jwt", "kid": office.house.kakao.keys.newest().kid}
    forged = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    status, answer = await office.post(ACCOUNT, f"{forged}.{good.partition('.')[2]}".encode())
    assert (status, fault(answer)) == (400, "invalid_request")


# Late, about an account that was linked again meanwhile


async def again(office: Office) -> Link:
    """Let 민지 link the same account again, of which something is told only afterwards."""
    office.house.clock.passes(60)
    await office.house.link("민지", scopes=FRIENDS_SCOPES)
    office.house.clock.passes(5)
    return await office.house.linked()


async def test_a_late_notice_of_an_unlink_does_not_undo_the_link_made_since(
    office: Office,
) -> None:
    """It does not say when it happened: Kakao is asked whether the link stands."""
    link = await again(office)
    query = f"{UNLINK}?user_id={office.minji.id}"
    assert await office.get(query, office.key) == 200
    assert (await office.event("user-unlinked")).status == 202
    assert await office.link() == link
    assert office.told == []


async def test_a_late_word_of_dead_tokens_breaks_no_link_made_since(office: Office) -> None:
    link = await again(office)
    assert (await office.event("tokens-revoked")).status == 202
    assert (await office.link(), office.told) == (link, [])


async def test_a_late_withdrawal_takes_nothing_that_was_agreed_to_since(office: Office) -> None:
    await again(office)
    office.house.kakao.withdraw(office.minji, "friends")
    await office.event("user-scope-withdraw", scope=["talk_message", "friends"])
    link = await office.link()
    assert link is not None
    assert (link.scopes, office.told) == (frozenset(BASIC_SCOPES), [])


async def test_whoever_unlinks_right_after_linking_is_forgotten_all_the_same(
    office: Office,
) -> None:
    await again(office)
    await office.house.kakao.unlink_at_kakao(office.minji)
    assert await office.link() is None
    assert office.told == [("undone", MINJI, "ko")]


async def test_a_notice_is_believed_when_kakao_cannot_be_asked(office: Office) -> None:
    await again(office)
    office.house.kakao.down(True)
    assert await office.get(f"{UNLINK}?user_id={office.minji.id}", office.key) == 200
    assert await office.link() is None


async def test_what_happened_long_before_a_link_is_ignored_without_asking(office: Office) -> None:
    await office.event("user-linked")  # so that Kakao's keys are known
    before = int(office.house.clock())
    link = await again(office)
    office.house.kakao.down(True)
    late = {"iat": before, "toe": before}
    for kind in ("tokens-revoked", "user-unlinked"):
        assert (await office.event(kind, claims=late)).status == 202
    assert await office.link() == link


async def test_an_old_link_is_undone_without_asking(office: Office) -> None:
    assert await office.get(f"{UNLINK}?user_id={office.minji.id}", office.key) == 200
    assert await office.link() is None
    assert office.house.calls("/v2/user/scopes") == 1


# Kakao's keys


async def test_keys_are_fetched_once_for_many_events(office: Office) -> None:
    await asyncio.gather(*(office.event("user-linked") for _ in range(10)))
    assert office.asked_for_keys == 1


async def test_a_new_key_of_kakao_is_found_at_once(office: Office) -> None:
    await office.event("user-linked")
    office.house.kakao.rotate_keys()
    assert (await office.event("user-linked")).status == 202
    assert (await office.event("user-linked")).status == 202
    assert office.asked_for_keys == 2


async def test_strangers_cannot_make_us_ask_for_keys_again_and_again(office: Office) -> None:
    forged = [office.event("user-linked", kid=f"stranger {n}") for n in range(20)]
    notices = await asyncio.gather(*forged)
    assert {notice.status for notice in notices} == {400}
    assert office.asked_for_keys == 2
    office.house.kakao.rotate_keys()
    assert (await office.event("user-linked")).status == 400
    office.house.clock.passes(ASK_AGAIN)
    assert (await office.event("user-linked")).status == 202
    assert office.asked_for_keys == 3


async def test_a_key_that_kakao_took_back_is_believed_for_a_day_at_most(office: Office) -> None:
    stolen = office.house.kakao.keys.newest().kid
    await office.event("user-linked")
    old = office.house.kakao.signed_event("user-unlinked", office.minji).encode()
    office.house.kakao.rotate_keys(keep_old=False)
    office.house.clock.passes(KEYS_LIFE)
    status, answer = await office.post(ACCOUNT, old)
    assert stolen != office.house.kakao.keys.newest().kid
    assert (status, fault(answer)) == (400, "invalid_key")


async def test_keys_that_cannot_be_fetched_are_asked_for_again_soon(office: Office) -> None:
    office.house.kakao.down(True)
    notice = await office.event("user-linked")
    assert (notice.status, fault(notice.answer)) == (400, "invalid_key")
    office.house.kakao.down(False)
    office.house.clock.passes(10)
    assert (await office.event("user-linked")).status == 202


async def test_a_slow_kakao_does_not_make_our_answer_late(office: Office) -> None:
    office.house.kakao.slow(10)
    notices = await asyncio.gather(*(office.event("user-linked") for _ in range(3)))
    assert {notice.status for notice in notices} == {400}
    assert all(notice.seconds < 2.8 for notice in notices)


# What is kept, and what is not


async def test_a_row_holds_nothing_readable_and_goes_with_its_member(office: Office) -> None:
    store, database = WebhookStore(office.house.database, VAULT), office.house.database
    await store.accept(Told("later", office.minji.id, "what Kakao said"), NOON)
    [row] = await database.all(text("SELECT member_id, body FROM waiting_webhooks"))
    assert row["member_id"] == MINJI
    assert b"Kakao" not in row["body"]
    held = await PersonalStore(database).all(MINJI)
    assert held["waiting_webhooks"][0]["body"] == "(sealed, not shown)"
    await PersonalStore(database).erase(MINJI)
    assert await office.waits_for_nothing()


async def test_no_log_holds_a_key_a_token_or_an_id(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = office.house.kakao.signed_event("user-unlinked", office.minji, claims={"aud": "x"})
    await office.post(ACCOUNT, token.encode())
    await office.house.kakao.unlink_at_kakao(office.minji)
    await office.get(f"{UNLINK}?user_id={office.minji.id}", "KakaoAK wrong-key")
    await office.settled()
    secrets = [token, office.house.kakao.app.admin_key, "wrong-key", str(office.minji.id)]
    assert [secret for secret in secrets if secret in caplog.text] == []
