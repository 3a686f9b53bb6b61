"""Several processes as `deploy/` starts them: with compose or systemd, Caddy in front.

There are no containers here, and nobody to read units, so this test reads both files and starts
what they name; hosts, ports and the database are this machine's.
"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.support.fleet import Fleet, open_fleet
from tests.support.postgres import EMPTY, Cluster
from tests.support.world import CHAT, ROOT, link_of, until

DEPLOY = ROOT / "deploy"
COMPOSE = (DEPLOY / "compose.scale.example.yaml").read_text(encoding="utf-8")
SERVICE = re.compile(
    r"^  ([\w-]+):(?: &(\w+))?\n    <<: \*kkachi\n    environment: {<<: \*environment, (.+)}$",
    re.MULTILINE,
)
SAME = re.compile(r"^  ([\w-]+): \*(\w+)$", re.MULTILINE)
NAMES = {"gateway-0", "gateway-1", "sender-1", "sender-2", "web-1", "web-2"}


def composed() -> Mapping[str, Mapping[str, str]]:
    """Return the environment that compose gives each of our containers, beside what all have."""
    found: dict[str, Mapping[str, str]] = {}
    for name, anchor, pairs in SERVICE.findall(COMPOSE):
        found[name] = dict(pair.split(": ") for pair in pairs.split(", "))
        found |= {one: found[name] for one, other in SAME.findall(COMPOSE) if other == anchor}
    return found


def units() -> Mapping[str, Mapping[str, str]]:
    """Return what the files beside the unit add to the settings that all of them share."""
    files = (DEPLOY / "kkachi").glob("*.env")
    return {
        one.stem: dict(line.split("=") for line in one.read_text().splitlines()) for one in files
    }


def lines(unit: str, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.+)$", unit, re.MULTILINE)


def test_the_unit_reads_the_settings_of_all_and_then_its_own() -> None:
    unit = (DEPLOY / "kkachi@.service").read_text(encoding="utf-8")
    assert lines(unit, "EnvironmentFile") == ["/etc/kkachi.env", "/etc/kkachi/%i.env"]
    assert lines(unit, "ExecStart") == ["/opt/kkachi/.venv/bin/kkachi run"]
    assert units().keys() == NAMES
    ports = [one["WEB_PORT"] for one in units().values()]
    assert len(set(ports)) == len(ports)
    for page in ("scale.md", "scale.ko.md"):
        [enabled] = re.findall(r"^`?systemctl enable --now (.+?)`?$", _doc(page), re.MULTILINE)
        assert {one.removeprefix("kkachi@") for one in enabled.split()} == NAMES


def test_the_caddyfile_names_the_webs_of_either() -> None:
    caddyfile = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    webs = [f"{name}:8080" for name in sorted(composed()) if name.startswith("web")]
    assert f"{{$WEBS:{' '.join(webs)}}}" in caddyfile
    own = [f"127.0.0.1:{one['WEB_PORT']}" for name, one in sorted(units().items()) if "web" in name]
    assert f'WEBS="{" ".join(own)}"' in caddyfile
    assert "./deploy/Caddyfile:/etc/caddy/Caddyfile:ro" in COMPOSE


def _doc(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


@asynccontextmanager
async def caddy(fleet: Fleet) -> AsyncIterator[None]:
    """Serve what the Caddyfile says, with addresses of this machine."""
    path = fleet.folder / "Caddyfile"
    path.write_text("{\n\tadmin off\n}\n" + (DEPLOY / "Caddyfile").read_text(encoding="utf-8"))
    webs = [f"127.0.0.1:{port}" for name, port in fleet.ports.items() if name.startswith("web")]
    own = {"WEBS": " ".join(webs), "PUBLIC_URL": fleet.world.public_url}
    process = await asyncio.create_subprocess_exec(
        *("caddy", "run", "--config", str(path), "--adapter", "caddyfile"),
        env=own | {"PATH": os.environ["PATH"], "HOME": str(fleet.folder)},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.parametrize("processes", [composed, units])
async def test_all_of_them_start_at_once_upon_nothing_and_go_on_when_a_web_is_killed(
    processes: Callable[[], Mapping[str, Mapping[str, str]]],
    cluster: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    if shutil.which("caddy") is None:
        pytest.skip("there is no caddy here")
    named, folder = processes(), tmp_path_factory.mktemp("deployed")
    async with cluster.database(EMPTY) as url, open_fleet(url, folder, proxied=False) as fleet:
        assert named.keys() == NAMES
        for name, own in named.items():
            fleet.begin(name, own["ROLES"], shards=own.get("SHARDS", ""))
        async with caddy(fleet):
            await fleet.until_healthy()
            await links_through_the_proxy(fleet)
        assert fleet.world.discord.problems == []


async def links_through_the_proxy(fleet: Fleet) -> None:
    """Let 민지 link, with a web that dies while she is at Kakao; and send something then."""
    world, minji = fleet.world, fleet.world.discord.person("민지")
    reply = await minji.slash(CHAT, "kakao link")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        async with browser.post(link_of(reply), allow_redirects=False) as response:
            assert response.status == 303
            back = await world.kakao.walk("민지", response.headers["Location"])
        await fleet.kill("web-1")
        for _ in range(6):
            async with browser.get(world.public_url) as response:
                assert response.status == 200
        async with browser.get(back) as response:
            assert response.status == 200
    done = await world.type_number(minji, reply, "민지")
    await done.until(lambda message: "계정과 연결했어요" in message.text)
    message = await world.discord.person("준호").say(CHAT, "모두 모여요")
    await minji.menu(CHAT, "Send to my KakaoTalk", message)
    await until(lambda: "모두 모여요" in str([one.template for one in world.cards_of("민지")]))
