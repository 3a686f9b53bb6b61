"""kapi.kakao.com: pictures that Kakao keeps for messages.

`POST /v2/api/talk/message/image/upload`: multipart, one part `file` with a file name, and
`secure_resource` (`true` or `false`). `POST …/image/scrap`: form `image_url`, `secure_resource`.
`DELETE …/image/delete`: `image_url`, as query or form; answers `{}`.

Who asks shows `KakaoAK` with the REST or the JavaScript key, or a Bearer token (switch
`image_bearer`). The first two answer

    {"infos": {"original": {"url", "length", "content_type", "width", "height"}}}

Pictures are PNG, JPEG or GIF (-911) of at most 5 MB (-602), one at a time (-606). They are served
at `GET /images/{name}` until `image_retention` has passed. Scraping really fetches `image_url`,
from this machine only; what does not answer is -2.
"""

import warnings
from collections.abc import Mapping
from io import BytesIO

from aiohttp import BodyPartReader, web
from PIL import Image as Picture

from sandbox.kakao.api import Door
from sandbox.kakao.domains import is_address
from sandbox.kakao.errors import dump, json_response, kapi, parameter
from sandbox.kakao.forms import read_form
from sandbox.kakao.state import Image
from sandbox.kakao.world import World

LARGEST = 5 * 2**20
SCRAPE_SECONDS = 3.0
ENDINGS = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif"}


class ImageApi:
    """Upload, scrape, delete; and the place where the pictures are."""

    def __init__(self, world: World, door: Door) -> None:
        self._world = world
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v2/api/talk/message/image/upload", self.upload),
            web.post("/v2/api/talk/message/image/scrap", self.scrap),
            web.delete("/v2/api/talk/message/image/delete", self.delete),
            web.get("/images/{name}", self.show),
        ]

    async def upload(self, request: web.Request) -> web.Response:
        self._door.open_with_key(request)
        files, fields = await _read_parts(request)
        _check_secure(fields)
        if not files:
            raise parameter("The Parameter [file] cannot be null.")
        if len(files) > 1:
            raise kapi(-606)
        return self._keep(files[0])

    async def scrap(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        self._door.open_with_key(request)
        _check_secure(form)
        url = form.get("image_url", "")
        if not is_address(url):
            raise parameter("Constraints on the parameter [image_url] are unsatisfied.")
        answer = await self._world.outside.ask("GET", url, seconds=SCRAPE_SECONDS, at_most=LARGEST)
        if answer.status != 200:
            raise parameter("failed to scrap the image.")
        return self._keep(answer.body)

    async def delete(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        self._door.open_with_key(request)
        url = request.query.get("image_url") or form.get("image_url", "")
        name = url.removeprefix(f"{self._world.url}/images/")
        if self._world.images.pop(name, None) is None:
            raise parameter("Constraints on the parameter [image_url] are unsatisfied.")
        return json_response("{}")

    async def show(self, request: web.Request) -> web.Response:
        image = self._world.images.get(request.match_info["name"])
        if image is None or image.until <= self._world.now():
            raise web.HTTPNotFound
        return web.Response(body=image.data, content_type=image.content_type)

    def _keep(self, data: bytes) -> web.Response:
        if len(data) > LARGEST:
            raise kapi(-602)
        kind, width, height = _look(data)
        name = f"{self._world.random.randbytes(9).hex()}.{ENDINGS[kind]}"
        until = self._world.now() + self._world.switches.image_retention
        image = Image(data, f"image/{ENDINGS[kind]}", width, height, until)
        self._world.images[name] = image
        original = {
            "url": f"{self._world.url}/images/{name}",
            "length": len(data),
            "content_type": image.content_type,
            "width": width,
            "height": height,
        }
        return json_response(dump({"infos": {"original": original}}))


async def _read_parts(request: web.Request) -> tuple[list[bytes], dict[str, str]]:
    """Read a multipart body: the files called `file`, and the plain fields."""
    files: list[bytes] = []
    fields: dict[str, str] = {}
    if not request.content_type.startswith("multipart/"):
        raise kapi(-8)
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise parameter("wrong parameter.")
            data = await _read_part(part)
            if part.name == "file" and part.filename:
                files.append(data)
            else:
                fields[part.name] = data[:100].decode(errors="replace")
    except ValueError:
        raise parameter("wrong parameter.") from None
    return files, fields


async def _read_part(part: BodyPartReader) -> bytes:
    """Read a part to its end, but keep no more than one byte too many."""
    data = bytearray()
    while chunk := await part.read_chunk(2**16):
        data += chunk[: LARGEST + 1 - len(data)]
    return bytes(data)


def _check_secure(fields: Mapping[str, str]) -> None:
    if fields.get("secure_resource", "true") not in {"true", "false"}:
        raise parameter("Constraints on the parameter [secure_resource] are unsatisfied.")


def _look(data: bytes) -> tuple[str, int, int]:
    """Tell format and size of a picture that can be read to its end."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Picture.DecompressionBombWarning)
            with Picture.open(BytesIO(data), formats=tuple(ENDINGS)) as picture:
                picture.load()
                return str(picture.format), *picture.size
    except (OSError, SyntaxError, ValueError, Picture.DecompressionBombError, Warning):
        raise kapi(-911) from None
