"""What Kkachi shows in a browser: link pages, the way back from Kakao, jump pages, health."""

from bot.web.app import Application, build_health, build_web
from bot.web.digests import add_digests
from bot.web.doctor import add_doctor
from bot.web.front import add_front
from bot.web.metrics import add_metrics
from bot.web.operator import add_operator
from bot.web.privacy import Notice, add_privacy
from bot.web.server import serve
from bot.web.share import ShareSettings, add_sharing
from bot.web.webhooks import add_accounts

__all__ = [
    "Application",
    "Notice",
    "ShareSettings",
    "add_accounts",
    "add_digests",
    "add_doctor",
    "add_front",
    "add_metrics",
    "add_operator",
    "add_privacy",
    "add_sharing",
    "build_health",
    "build_web",
    "serve",
]
