"""The points that public sources leave open, as switches."""

from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from typing import Literal

MINUTE, HOUR, DAY = 60, 3600, 86400
KST = timezone(timedelta(hours=9), "Asia/Seoul")


@dataclass(slots=True)
class Switches:
    """What public sources do not settle; each default is the strict reading."""

    client_secret_required: bool = True
    koe101_status: int = 401
    koe010_status: int = 401
    koe237_status: int = 400
    koe322_status: int = 400
    rest_access_ttl: int = 21599
    refresh_ttl: int = 5183999
    code_ttl: int = 10 * MINUTE
    refresh_rotation_threshold: int = 30 * DAY
    access_tokens_per_10_minutes: int = 20
    refresh_tokens_per_hour: int = 30
    app_per_day: int = 30_000
    sender_per_day: int = 100
    recipient_per_day: int = 100
    pair_per_day: int = 20
    quota_memo_counts_pair: bool = True
    quota_reset_tz: tzinfo = KST
    text_over_limit: Literal["reject", "truncate"] = "reject"
    location_max_buttons: int = 2
    friends_limit_default: int = 10
    friends_cache: int = 10 * MINUTE
    friends_allowed_msg: bool = False  # whether the list names who refuses messages
    image_retention: int = 20 * DAY
    image_bearer: bool = True
    share_per_day: int = 30_000
    set_aud: Literal["rest-key", "app-id"] = "rest-key"
    set_of_own_calls: bool = True
    webhook_seconds: float = 3.0
    # Talk Calendar
    calendar_non_member_code: int = -5
    calendar_gone_status: int = 404  # of an event that is not there, with -2
    calendar_quota_day: int = 30_000
    reminder_zero_allowed: bool = False
    reminders_empty: Literal["reject", "none"] = "reject"
    step_violation: Literal["reject", "round-down"] = "reject"
    time_with_milliseconds: Literal["reject", "accept"] = "reject"
    event_over_length: Literal["reject", "truncate"] = "reject"
    ring_min_notice: int = 0  # minutes that a reminder must be set before it comes
