"""How log lines look: for people, or one JSON object a line for programs."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

from bot import tracing

TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
OURS = ("bot", "cogs", "storage")
# Their debug lines would hold tokens and what members write; their info lines say too much.
LIBRARIES = {"discord": logging.INFO, "discord.http": logging.WARNING}


class TextLines(logging.Formatter):
    """Lines for people; the forward stands at the end."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        forward = tracing.forward.get()
        return super().format(record) + (f" [forward {forward}]" if forward else "")


class JsonLines(logging.Formatter):
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
