"""nginx and Caddy in front, as docs/setup.md has them, with TLS; and their usual mistakes."""

import asyncio
import json
import re
import shutil
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

import pytest
from aiohttp import ClientSession, CookieJar, TCPConnector
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from filelock import FileLock

from tests.support.certificates import self_signed
from tests.support.world import CHAT, ROOT, World, link_of, open_world, until

PUBLIC = "https://localhost"
PORT = 443
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NGINX = """
daemon off; user root; pid {folder}/nginx.pid; error_log stderr;
events {{}}
http {{
access_log off;
client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{block}
}}
"""
CADDY = """
{{
	admin off
	auto_https disable_redirects
}}
{block}
"""


def documented(name: str) -> str:
    """Return what docs/setup.md gives for nginx or for Caddy."""
    page = (ROOT / "docs/setup.md").read_text(encoding="utf-8")
    sign = "proxy_pass" if name == "nginx" else "reverse_proxy"
    [block] = [body for _, body in FENCE.findall(page) if sign in body]
    return str(block)


def why_not(name: str) -> str:
    """Return what this machine lacks for a test with it."""
    if shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin") is None:
        return f"there is no {name} here"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError as error:
            return f"nothing may listen on port {PORT} here: {error.strerror}"
    return ""


@dataclass
class Front:
    """A reverse proxy that is started with one configuration after another."""

    name: str
    folder: Path
    port: str
    certificate: Path
    key: Path

    @asynccontextmanager
    async def serving(self, *left_out: str, **changed: str) -> AsyncIterator[None]:
        """Serve as documented, without lines that hold these words, and with others changed."""
        path = self.folder / "front.conf"
        path.write_text(self._configured(left_out, changed))
        process = await asyncio.create_subprocess_exec(
            *self._command(path),
            env={"PATH": "/usr/sbin:/usr/bin:/bin", "HOME": str(self.folder)},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await until(lambda: process.returncode is None and _listens(), 20)
            yield
        finally:
            process.terminate()
            await process.wait()

    def _command(self, path: Path) -> list[str]:
        if self.name == "nginx":
            return ["nginx", "-p", str(self.folder), "-c", str(path)]
        return ["caddy", "run", "--config", str(path), "--adapter", "caddyfile"]

    def _configured(self, left_out: tuple[str, ...], changed: dict[str, str]) -> str:
        lines = documented(self.name).splitlines()
        block = "\n".join(one for one in lines if not any(word in one for word in left_out))
        block = block.replace("kkachi.example.com", "localhost").replace("8080", self.port)
        block = block.replace("listen 443", f"listen 127.0.0.1:{PORT}")
        block = re.sub(r"(ssl_certificate) \S+;", rf"\1 {self.certificate};", block)
        block = re.sub(r"(ssl_certificate_key) \S+;", rf"\1 {self.key};", block)
        for old, new in changed.items():
            block = block.replace(old, new)
        if self.name == "nginx":
            return NGINX.format(folder=self.folder, block=block)
        own = f"localhost {{\n\tbind 127.0.0.1\n\ttls {self.certificate} {self.key}"
        return CADDY.format(block=block.replace("localhost {", own, 1))


def _listens() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


@pytest.fixture(params=["nginx", "caddy"])
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    """The program in front; one test at a time has the port."""
    with FileLock(Path(gettempdir()) / f"kkachi-port-{PORT}.lock"):
        reason = why_not(request.param)
        if reason:
            pytest.skip(reason)
        yield request.param


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, bot=False) as world:
        world.settings |= {"PUBLIC_URL": PUBLIC, "KAKAO_ADMIN_KEY": world.kakao.app.admin_key}
        world.kakao.app.redirect_uris.add(f"{PUBLIC}/oauth/kakao/callback")
        world.kakao.app.product_link_domains.append(PUBLIC)
        await world.start_bot()
        yield world


@pytest.fixture
def front(name: str, world: World, tmp_path: Path) -> Front:
    certificate, key = self_signed(60)
    paths = tmp_path / "certificate.pem", tmp_path / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Front(name, tmp_path, world.settings["WEB_PORT"], *paths)


@asynccontextmanager
async def browsing(front: Front) -> AsyncIterator[ClientSession]:
    async with AsyncExitStack() as stack:
        trust = ssl.create_default_context(cafile=str(front.certificate))
        connector = TCPConnector(ssl=trust)
        session = ClientSession(connector=connector, cookie_jar=CookieJar())
        yield await stack.enter_async_context(session)


async def examined(world: World, front: Front) -> dict[str, tuple[str, str]]:
    """Return what the doctor says of each thing, in a process that trusts the certificate."""
    # Not forked: whom to trust is read when it is imported.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "doctor", "--json", "--lang", "en"),
        cwd=front.folder,
        env=world.settings | {"PYTHONPATH": str(ROOT), "SSL_CERT_FILE": str(front.certificate)},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return {line["check"]: (line["state"], line["text"]) for line in json.loads(out)}


async def test_link_card_and_jump_go_through_it_and_metrics_do_not(
    world: World, front: Front
) -> None:
    minji = world.discord.person("민지")
    async with front.serving(), browsing(front) as browser:
        reply = await minji.slash(CHAT, "kakao link")
        assert link_of(reply).startswith(f"{PUBLIC}/link/")
        async with browser.post(link_of(reply), allow_redirects=False) as response:
            assert response.status == 303
            back = await world.kakao.walk("민지", response.headers["Location"])
        async with browser.get(back) as response:
            assert response.status == 200
        await world.type_number(minji, reply, "민지")
        message = await world.discord.person("준호").say(CHAT, "모두 모여요")
        await minji.menu(CHAT, "Send to my KakaoTalk", message)
        [card] = world.cards_of("민지")
        jump = re.findall(rf"{PUBLIC}/m/[\w-]+", json.dumps(card.template))[0]
        async with browser.get(jump, allow_redirects=False) as response:
            assert response.status == 302
            assert response.headers["Location"].endswith(f"/{message.id}")
        for path in ("/metrics", "/metrics/"):
            async with browser.get(f"{PUBLIC}{path}") as response:
                assert response.status in {403, 404}
        findings = await examined(world, front)
    for check in ("public-url", "certificate", "proxy", "webhooks"):
        assert findings[check][0] == "ok", findings[check]


@dataclass(frozen=True)
class Mistake:
    """Something people do to a reverse proxy, and the line that the doctor gives them."""

    of: str
    says: str
    left_out: tuple[str, ...] = ()
    header: str = ""


MISTAKES = {
    "host left out": Mistake("nginx", "proxy_set_header Host", ("proxy_set_header Host",)),
    "for whom left out": Mistake("nginx", "X-Forwarded-For", ("X-Forwarded-For",)),
    "both left out": Mistake(
        "nginx", "proxy_set_header X-Forwarded-For", ("proxy_set_header Host", "X-Forwarded-For")
    ),
    "another host": Mistake("caddy", "proxy_set_header Host", header="Host {upstream_hostport}"),
    "for whom taken off": Mistake(
        "caddy",
        "X-Forwarded-For",
        header="-X-Forwarded-For\n\t\theader_up -X-Forwarded-Proto"
        "\n\t\theader_up -X-Forwarded-Host\n\t\theader_up -Via",
    ),
}


@pytest.mark.parametrize(
    ("name", "mistake"), [(one.of, name) for name, one in MISTAKES.items()], indirect=["name"]
)
async def test_the_usual_mistakes_are_found_with_the_line_that_mends_them(
    world: World, front: Front, mistake: str
) -> None:
    made = MISTAKES[mistake]
    upstream = f"reverse_proxy 127.0.0.1:{front.port}"
    changed = {upstream: f"{upstream} {{\n\t\theader_up {made.header}\n\t}}"} if made.header else {}
    async with front.serving(*made.left_out, **changed):
        state, text = (await examined(world, front))["proxy"]
    assert state in {"failure", "warning"}
    assert made.says in text
