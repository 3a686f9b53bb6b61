"""Answers to interactions: the callback, and the messages that follow it."""

from sandbox.discord.errors import unknown
from sandbox.discord.rest.calls import Answer, Call, Routes


async def callback(call: Call) -> Answer:
    number, token = call.id("interaction_id"), call.params["interaction_token"]
    result = call.interactions.respond(number, token, call.body, call.uploads)
    return result if call.flag("with_response") else None


def _token(call: Call) -> str:
    if call.id("webhook_id") != call.world.application_id:
        raise unknown("Webhook")
    return call.params["webhook_token"]


async def follow_up(call: Call) -> Answer:
    message = call.interactions.follow_up(_token(call), call.body, call.uploads)
    return message.payload(call.world.bot)


async def get_message(call: Call) -> Answer:
    which = call.params.get("message_id", "@original")
    return call.interactions.message(_token(call), which).payload(call.world.bot)


async def edit_message(call: Call) -> Answer:
    which = call.params.get("message_id", "@original")
    message = call.interactions.edit(_token(call), which, call.body, call.uploads)
    return message.payload(call.world.bot)


async def delete_message(call: Call) -> Answer:
    call.interactions.delete(_token(call), call.params.get("message_id", "@original"))
    return None


_MESSAGES = "/webhooks/{webhook_id}/{webhook_token}/messages"
ROUTES: Routes = [
    ("POST", "/interactions/{interaction_id}/{interaction_token}/callback", callback),
    ("POST", "/webhooks/{webhook_id}/{webhook_token}", follow_up),
    ("GET", f"{_MESSAGES}/@original", get_message),
    ("PATCH", f"{_MESSAGES}/@original", edit_message),
    ("DELETE", f"{_MESSAGES}/@original", delete_message),
    ("GET", f"{_MESSAGES}/{{message_id}}", get_message),
    ("PATCH", f"{_MESSAGES}/{{message_id}}", edit_message),
    ("DELETE", f"{_MESSAGES}/{{message_id}}", delete_message),
]
