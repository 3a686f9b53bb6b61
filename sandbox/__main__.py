"""`python -m sandbox`: the demo, its smoke test, or the two services for a bot of one's own."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path

from sandbox.demo import smoke
from sandbox.demo.demo import BotProcess, Demo, Options, open_demo
from sandbox.demo.visit import StepFailed
from sandbox.kakao.sdk_file import STAND_IN

READY_WITHIN = 60.0
LAST_LINES = 15
INTERRUPTED = 130

WORDS = {
    "starting": ("까치를 깨우는 중이에요 …", "Waking up Kkachi …"),
    "ready": ("준비됐어요. 브라우저에서 열어 주세요:", "Ready. Open this in your browser:"),
    "stop": ("끝내려면 Ctrl-C를 누르세요.", "Press Ctrl-C to stop."),
    "stopped": ("봇이 멈췄어요. 마지막 기록:", "The bot has stopped. Its last lines:"),
    "late": (
        "봇이 아직 준비되지 않았어요. 마지막 기록:",
        "The bot is not ready yet. Its last lines:",
    ),
    "environment": (
        "아래 환경 변수로 봇을 실행하세요 (이 창이 열려 있는 동안만 유효해요):",
        "Start your own bot with this environment, good while this runs:",
    ),
    "bye": ("정리하고 끝냈어요.", "Stopped, and everything is cleaned up."),
    "all-good": ("모든 단계를 통과했어요.", "Every step passed."),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    options = _parser().parse_args(arguments)
    return asyncio.run(_run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A local Discord and a local KakaoTalk, with Kkachi between them.",
    )
    parser.add_argument("--port", type=int, default=8700, help="port of the page; 0 takes any")
    parser.add_argument("--lang", choices=("ko", "en"), help="language of the page and of this")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--smoke", action="store_true", help="walk the whole journey and exit")
    what.add_argument(
        "--no-bot", action="store_true", help="print the environment for a bot of your own"
    )
    parser.add_argument(
        "--discord-openapi",
        type=Path,
        metavar="PATH",
        help="check everything against Discord's published specification",
    )
    parser.add_argument(
        "--kakao-sdk",
        type=Path,
        metavar="PATH",
        help="a file of Kakao's JavaScript SDK, in place of the stand-in",
    )
    return parser


async def _run(arguments: argparse.Namespace) -> int:
    for name in ("discord_openapi", "kakao_sdk"):
        path = getattr(arguments, name)
        if path and not path.is_file():
            _say(f"--{name.replace('_', '-')}: there is no file {path}")
            return 2
    options = Options(
        port=arguments.port,
        lang=arguments.lang,
        openapi=arguments.discord_openapi,
        kakao_sdk=arguments.kakao_sdk or STAND_IN,
        with_bot=not arguments.no_bot,
    )
    stop = _stop_signal()
    async with open_demo(options) as demo:
        status = await _serve(demo, arguments, stop)
    if not arguments.smoke:
        _tell("bye", arguments.lang)
    return status


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def _serve(demo: Demo, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    if arguments.no_bot:
        _tell("environment", arguments.lang)
        _say("\n".join(f"export {name}='{value}'" for name, value in demo.environment.items()))
    else:
        _tell("starting", arguments.lang)
        if not await _ready(demo.bot, stop, arguments.lang):
            return 0 if stop.is_set() else 1
        await demo.settle()
    if arguments.smoke:
        return await _unless(stop, _smoke(demo, arguments.lang))
    _tell("ready", arguments.lang)
    _say(f"\n    {demo.page.url}\n")
    _tell("stop", arguments.lang)
    await _until_stopped(demo, stop, arguments.lang)
    return 0


async def _ready(bot: BotProcess, stop: asyncio.Event, lang: str | None) -> bool:
    tasks = [asyncio.create_task(one.wait()) for one in (bot.ready, stop)]
    await asyncio.wait(tasks, timeout=READY_WITHIN, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    if bot.state != "ready" and not stop.is_set():
        _last_words(bot, "stopped" if bot.state == "stopped" else "late", lang)
    return bot.state == "ready"


async def _until_stopped(demo: Demo, stop: asyncio.Event, lang: str | None) -> None:
    """Wait for Ctrl-C, and say it when the bot dies meanwhile; the page says so too."""
    told: set[BotProcess] = set()

    def look() -> None:
        if demo.bot.state == "stopped" and demo.bot not in told:
            told.add(demo.bot)
            _last_words(demo.bot, "stopped", lang)

    demo.on_bot_change.append(look)
    await stop.wait()
    demo.on_bot_change.remove(look)


async def _unless(stop: asyncio.Event, work: Coroutine[None, None, int]) -> int:
    """Do the work, but leave it when it is time to stop."""
    tasks = [asyncio.create_task(work), asyncio.create_task(_interrupted(stop))]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    return next(task.result() for task in tasks if task.done() and not task.cancelled())


async def _interrupted(stop: asyncio.Event) -> int:
    await stop.wait()
    return INTERRUPTED


async def _smoke(demo: Demo, lang: str | None) -> int:
    try:
        await smoke.walk(demo, lang=lang, say=_say)
    except StepFailed as failure:
        _say(f"✗ {failure}")
        _say("\n".join(list(demo.bot.lines)[-LAST_LINES:]))
        return 1
    _tell("all-good", lang)
    return 0


def _last_words(bot: BotProcess, key: str, lang: str | None) -> None:
    _tell(key, lang)
    _say("\n".join(f"    {line}" for line in list(bot.lines)[-LAST_LINES:]))


def _tell(key: str, lang: str | None) -> None:
    korean, english = WORDS[key]
    chosen = {"ko": korean, "en": english}.get(lang or "", f"{korean}\n{english}")
    _say(chosen)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is the command line


if __name__ == "__main__":
    sys.exit(main())
