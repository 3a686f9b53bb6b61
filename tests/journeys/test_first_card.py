"""From `git clone` to a card, by what docs/setup.md says: a test that types it."""

import asyncio
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.world import CHAT, ROOT, open_world

PAGES = ["docs/setup.md", "docs/setup.ko.md"]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIVE_MINUTES = 300
# What real operators have not got to set: the sandboxes stand elsewhere.
ELSEWHERE = ("DISCORD_API_URL", "KAKAO_AUTH_URL", "KAKAO_API_URL", "WEB_PORT")
TYPED = ("DISCORD_TOKEN", "KAKAO_REST_API_KEY", "KAKAO_CLIENT_SECRET", "PUBLIC_URL")
REDIRECT, DOMAIN = "Kakao Login redirect URI]: ", "Web domain]: "


def steps(page: str) -> list[str]:
    """Return the lines of the page's first block, without what it says beside them."""
    [block, *_] = BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    lines = [line.partition("#")[0].strip() for line in block.splitlines()]
    return [line for line in lines if line]


async def typed(
    line: str, folder: Path, around: Mapping[str, str], *answers: str
) -> asyncio.subprocess.Process:
    """Type a line, and answers where they are asked for."""
    process = await asyncio.create_subprocess_exec(
        *line.split(),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **around},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdin is not None
    process.stdin.write("".join(f"{answer}\n" for answer in answers).encode())
    process.stdin.close()
    return process


def clone(folder: Path) -> Path:
    """Clone the project; the packages that it needs come from here and not from afar."""
    place = folder / "kkachi"
    for command in (
        ["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}", str(place)],
        [sys.executable, "-m", "venv", "--without-pip", str(place / ".venv")],
    ):
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own
    [site] = (place / ".venv/lib").glob("python*/site-packages")
    (site / "needed.pth").write_text(sysconfig.get_path("purelib"))
    return place


@pytest.mark.parametrize("page", PAGES)
def test_both_pages_say_the_same_steps(page: str) -> None:
    assert steps(page) == [
        "make .venv/.run",
        ".venv/bin/python -m bot setup",
        ".venv/bin/python -m bot",
    ]


async def test_whoever_types_what_the_page_says_gets_a_card(tmp_path: Path) -> None:
    async with asyncio.timeout(FIVE_MINUTES), open_world(tmp_path, bot=False) as world:
        app = world.kakao.app
        app.redirect_uris.clear()
        app.product_link_domains.clear()
        around = {name: world.settings[name] for name in ELSEWHERE} | {"PIP_NO_INDEX": "1"}
        place = await asyncio.to_thread(clone, tmp_path)
        install, setup, start = steps(PAGES[0])

        making = await typed(install, place, around)
        out, _ = await making.communicate()
        assert making.returncode == 0, out.decode()

        answers = [world.settings[name] for name in TYPED]
        asking = await typed(f"{setup} --lang en", place, around, *answers)
        assert asking.stdout is not None
        # What it names is registered while it looks again and again.
        async for line in asking.stdout:
            if REDIRECT in line.decode():
                app.redirect_uris.add(line.decode().partition(REDIRECT)[2].strip())
            if DOMAIN in line.decode():
                app.product_link_domains.append(line.decode().partition(DOMAIN)[2].strip())
        assert await asking.wait() == 0

        running = await typed(start, place, around)
        await world.until_healthy(90)
        minji = world.discord.person("민지")
        await world.link("민지")
        message = await world.discord.person("준호").say(CHAT, "모두 모여요")
        await minji.menu(CHAT, "Send to my KakaoTalk", message)
        [card] = world.cards_of("민지")
        assert "모두 모여요" in str(card.template)
        running.terminate()
        await running.communicate()
        assert running.returncode == 0
