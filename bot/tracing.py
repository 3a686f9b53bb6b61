"""Which forward a line of the log belongs to, from the command to Kakao's answer."""

from contextvars import ContextVar

forward: ContextVar[str] = ContextVar("forward", default="")
