"""A person at the share picker, for scripts: from the SDK's call to the chosen chats."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import parse_qs, quote, urlsplit

from aiohttp import ClientResponse, ClientSession, CookieJar

from sandbox.kakao.errors import dump

Call = Literal["sendDefault", "sendCustom", "sendScrap"]
ABOUT_SHARING = frozenset({"installTalk", "serverCallbackArgs", "shareType", "limit"})
ACTIONS: dict[Call, str] = {"sendDefault": "default", "sendCustom": "custom", "sendScrap": "scrap"}


class ShareRefused(Exception):
    """The person saw a page with a code instead of the picker."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


def form_of(call: Call, settings: Mapping[str, Any], origin: str, app_key: str) -> dict[str, str]:
    """Give the form that the SDK makes of a call in camel case."""
    params: dict[str, Any] = {"link_ver": "4.0"}
    message = {key: value for key, value in settings.items() if key not in ABOUT_SHARING}
    arguments = message.pop("templateArgs", None)
    if call == "sendDefault":
        params["template_object"] = snake_case(message)
    else:
        params |= {_snake(key): value for key, value in message.items()}
        params |= {} if arguments is None else {"template_args": arguments}
    agent = "sdk/2.8.3 os/javascript sdk_type/javascript lang/ko"
    form = {
        "app_key": app_key,
        "ka": f"{agent} origin/{quote(origin, safe='')}",
        "validation_action": ACTIONS[call],
        "validation_params": dump(params),
    }
    callback = settings.get("serverCallbackArgs")
    if callback is None:
        return form
    return form | {"lcba": callback if isinstance(callback, str) else dump(callback)}


def snake_case(value: object) -> object:
    """Write the keys as Kakao's servers have them."""
    if isinstance(value, Mapping):
        return {_snake(key): snake_case(part) for key, part in value.items()}
    return [snake_case(part) for part in value] if isinstance(value, list | tuple) else value


async def share(url: str, form: Mapping[str, str], account: str, chats: Sequence[str]) -> None:
    """Open the picker, log in and send to the chats of these values."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        page = await browser.post(f"{url}/picker/link", data=form)
        await _check(page)
        number = parse_qs(urlsplit(str(page.url)).query)["tx"][0]
        person = {"tx": number, "account": account}
        await _check(await browser.post(f"{url}/picker/login", data=person))
        sent = [("tx", number), ("decision", "send"), *(("chat", chat) for chat in chats)]
        await _check(await browser.post(f"{url}/picker/send", data=sent))


async def _check(page: ClientResponse) -> None:
    text = await page.text()
    if page.status != 200:
        code = text.partition('<p class="code">')[2].partition("<")[0].split(" ")[0]
        raise ShareRefused(code, f"HTTP {page.status}")


def _snake(key: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in key)
