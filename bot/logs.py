"""How log lines look: for people, or one JSON object a line for programs."""

import asyncio
import json
import logging
import sys
import sysconfig
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bot import tracing

logger = logging.getLogger(__name__)

PROJECT = Path(__file__).parents[1]
INSTALLED = {Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")}
TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
OURS = ("bot", "cogs", "storage")
# Their debug lines would hold tokens and what members write; their info lines say too much.
LIBRARIES = {"discord": logging.INFO, "discord.http": logging.WARNING}


class Wordless(logging.Formatter):
    """Shows where an error came from and of what kind it is; its own words may quote a member."""

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 - as logging has it
        """Return the frames and the kind."""
        kind, _, frames = ei
        return "".join([*traceback.format_tb(frames), kind.__name__ if kind else ""])


class TextLines(Wordless):
    """Lines for people; the forward stands at the end."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        forward = tracing.forward.get()
        return super().format(record) + (f" [forward {forward}]" if forward else "")


class JsonLines(Wordless):
    """One JSON object a line: at, level, logger, message, and the forward or error if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if forward := tracing.forward.get():
            line["forward"] = forward
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up_logging(level: str, shape: Literal["text", "json"] = "text") -> None:
    """Log to standard error: our own lines as asked for, libraries only what is worth knowing."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if shape == "json" else TextLines(TEXT))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name, least in LIBRARIES.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))


class Seldom:
    """Logs what strangers can bring about: each kind of line once a minute at most.

    The next line of the kind says how many were left out.
    """

    def __init__(
        self,
        to: logging.Logger,
        *,
        every: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._logger = to
        self._every = every
        self._clock = clock
        self._again_at: dict[str, float] = {}
        self._left_out: Counter[str] = Counter()

    def info(self, line: str, *facts: object) -> None:
        """Log at INFO; `line` is the kind."""
        self._log(logging.INFO, line, facts)

    def warning(self, line: str, *facts: object) -> None:
        """Log at WARNING; `line` is the kind."""
        self._log(logging.WARNING, line, facts)

    def error(self, line: str, *facts: object) -> None:
        """Log at ERROR; `line` is the kind."""
        self._log(logging.ERROR, line, facts)

    def _log(self, level: int, line: str, facts: tuple[object, ...]) -> None:
        if self._clock() < self._again_at.get(line, float("-inf")):
            self._left_out[line] += 1
            return
        self._again_at[line] = self._clock() + self._every
        left_out = self._left_out.pop(line, 0)
        more = f" (and {left_out} more)" if left_out else ""
        self._logger.log(level, "%s%s", line % facts if facts else line, more)


def described(error: BaseException) -> str:
    """Return of what kind an error is and where it came from: our own line, and a library's."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _is_library(Path(frame.filename))]
    places = [_place(frame) for frame in (*own[-1:], *frames[-1:])]
    return " at ".join([type(error).__name__, *dict.fromkeys(places)])


def _place(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    known = path.relative_to(PROJECT) if _is_ours(path) else Path(*path.parts[-2:])
    return f"{known.as_posix()}:{frame.lineno}"


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(PROJECT) and path.relative_to(PROJECT).parts[0] in OURS


def _is_library(path: Path) -> bool:
    known = any(path.is_relative_to(place) for place in INSTALLED) or not path.is_absolute()
    return known and not _is_ours(path)


class ForgottenLog:
    """Logs what asyncio has to say, such as of a task that failed and that nobody asked.

    Errors of the system, such as too many open files, are what strangers can bring about.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seldom = Seldom(logger, clock=clock)

    def __call__(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log it; asyncio calls this."""
        error = context.get("exception")
        about = f": {described(error)}" if isinstance(error, BaseException) else ""
        log = self._seldom if isinstance(error, OSError) else logger
        log.error("%s%s", context.get("message"), about)
