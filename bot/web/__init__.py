"""What Kkachi shows in a browser: link pages, the way back from Kakao, jump pages, health."""

from bot.web.app import build_web
from bot.web.server import serve

__all__ = ["build_web", "serve"]
