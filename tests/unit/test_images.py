"""Discord's pictures on their way to Kakao, with a real downloader and the local Kakao's checks."""

import asyncio
import io
import logging
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from PIL import Image

from bot.kakao import (
    MAX_IMAGE,
    Commerce,
    Content,
    CustomMessage,
    Feed,
    KakaoApp,
    KakaoClient,
    Link,
    List,
    Product,
    ScrapMessage,
    Text,
    open_http,
)
from bot.pictures import MOST_BYTES, NotAPicture, PictureUnavailable, open_pictures
from bot.services.clock import DAY, HOUR
from bot.services.deliveries.image_file import Drawn, fit_for_kakao
from bot.services.deliveries.images import KEPT_SECONDS, Images
from sandbox.demo.people import add_people
from sandbox.kakao import LocalKakao
from storage.database import open_database
from storage.images import ImageStore, UploadedImage
from tests.support.linking import Clock

LINK = Link(web_url="https://kkachi.example/m/1")
TOKEN = "a token that is not good any more"
IMAGE = "/v2/api/talk/message/image"
UPLOAD, SCRAPE, DELETE = f"{IMAGE}/upload", f"{IMAGE}/scrap", f"{IMAGE}/delete"


def drawing(
    kind: str = "PNG",
    size: tuple[int, int] = (640, 400),
    mode: str = "RGB",
    exif: Image.Exif | None = None,
) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, "teal").save(file, kind, **({"exif": exif} if exif else {}))
    return file.getvalue()


def noise(kind: str, side: int, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    points = random.Random(7).randbytes(side * side * len(mode))
    image = Image.frombytes(mode, (side, side), points)
    image.save(file, kind, **({"quality": 100} if kind == "JPEG" else {}))
    return file.getvalue()


def seen(drawn: Drawn) -> Image.Image:
    """Open what Kakao gets, and hold it against what Kakao takes."""
    assert len(drawn.file) <= MAX_IMAGE
    image = Image.open(io.BytesIO(drawn.file))
    image.load()
    assert f"image/{(image.format or '').lower()}" == drawn.content_type
    assert drawn.content_type in {"image/png", "image/jpeg"}
    assert min(image.size) >= 200
    return image


# Drawing anew


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_kakao_takes_stays_as_it_is(kind: str) -> None:
    file = drawing(kind)
    assert fit_for_kakao(file) == Drawn(file, f"image/{kind.lower()}")


@pytest.mark.parametrize("kind", ["WEBP", "GIF"])
def test_other_kinds_are_drawn_anew(kind: str) -> None:
    assert seen(fit_for_kakao(drawing(kind))).size == (640, 400)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_moving_pictures_the_first_frame_is_shown(kind: str) -> None:
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:])
    first = seen(fit_for_kakao(file.getvalue())).convert("RGB")
    assert first.getpixel((150, 150)) == pytest.approx((255, 0, 0), abs=3)


def test_small_pictures_get_a_frame_and_keep_their_size() -> None:
    emoji = seen(fit_for_kakao(drawing(size=(48, 300), mode="RGBA")))
    assert (emoji.size, emoji.format) == ((200, 300), "PNG")
    assert emoji.getpixel((0, 0)) == (255, 255, 255, 0)
    photo = seen(fit_for_kakao(drawing("JPEG", size=(10, 10))))
    assert (photo.size, photo.format) == ((200, 200), "JPEG")


def test_a_ribbon_stays_within_all_limits() -> None:
    assert seen(fit_for_kakao(drawing("WEBP", size=(16_000, 3)))).size == (2048, 200)


@pytest.mark.parametrize(
    ("kind", "mode", "side"), [("PNG", "RGB", 1400), ("PNG", "RGBA", 1200), ("JPEG", "RGB", 2300)]
)
def test_what_is_too_large_becomes_small_enough(kind: str, mode: str, side: int) -> None:
    file = noise(kind, side, mode)
    assert len(file) > MAX_IMAGE
    assert seen(fit_for_kakao(file)).width == min(side, 2048)


def test_where_a_photo_was_taken_stays_here_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[1] = "N"
    image = seen(fit_for_kakao(drawing("JPEG", size=(640, 400), exif=exif)))
    assert (image.size, dict(image.getexif())) == ((400, 640), {})


@pytest.mark.parametrize(
    "file",
    [
        lambda: b"",
        lambda: b"GIF89a",
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        lambda: drawing()[:200],
        lambda: drawing("JPEG")[:300],
        lambda: drawing("WEBP")[:40],
        lambda: drawing("BMP"),
        lambda: drawing("TIFF"),
        lambda: b"%PDF-1.7",
        lambda: drawing(size=(14_000, 14_000), mode="1"),
        lambda: drawing(size=(9_000, 9_000), mode="1"),
    ],
    ids=[
        "nothing",
        "only a beginning",
        "SVG",
        "half a PNG",
        "half a JPEG",
        "half a WEBP",
        "BMP",
        "TIFF",
        "PDF",
        "a bomb",
        "a smaller bomb",
    ],
)
def test_what_is_no_picture_or_a_bomb_is_refused(file: Callable[[], bytes]) -> None:
    with pytest.raises(NotAPicture):
        fit_for_kakao(file())


def test_broken_files_never_raise_anything_else() -> None:
    dice = random.Random(7)
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        whole = noise(kind, 210)
        for _ in range(40):
            file = bytearray(whole)
            for _ in range(dice.randrange(1, 30)):
                file[dice.randrange(min(len(file), 600))] = dice.randrange(256)
            try:
                seen(fit_for_kakao(bytes(file)))
            except NotAPicture:
                continue


# Fetching


@dataclass
class Shelf:
    """Somebody's web server with pictures."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    hangs: bool = False

    async def show(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if self.hangs:
            await asyncio.sleep(30)
        if request.path == "/elsewhere":
            raise web.HTTPFound("/photo")
        if request.path == "/bomb":
            headers = {"Content-Encoding": "gzip"}
            return web.Response(body=os.urandom(100), headers=headers)
        if request.path not in self.files:
            raise web.HTTPNotFound
        return web.Response(body=self.files[request.path], content_type="image/png")


@asynccontextmanager
async def open_shelf() -> AsyncIterator[Shelf]:
    shelf = Shelf()
    app = web.Application()
    app.router.add_get("/{name:.*}", shelf.show)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    shelf.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield shelf
    finally:
        await runner.cleanup()


async def test_only_discords_own_hosts_are_asked() -> None:
    async with open_pictures("https://cdn.discordapp.com") as pictures, open_shelf() as shelf:
        inside = shelf.url.removeprefix("http://")
        strangers = [
            f"{shelf.url}/photo",
            f"https://{inside}/photo",
            f"https://cdn.discordapp.com@{inside}/photo",
            f"https://cdn.discordapp.com:443@{inside}/photo",
            "https://cdn.discordapp.com.evil.example/photo",
            "https://evil.example/https://cdn.discordapp.com/photo",
            "https://user:pass@cdn.discordapp.com/photo",
            "https://cdn.discordapp.com:8080/photo",
            "http://cdn.discordapp.com/photo",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "//cdn.discordapp.com/photo",
            "cdn.discordapp.com/photo",
            "https://[cdn.discordapp.com]/photo",
            "https://cdn.discordapp.com:99999/photo",
            "",
        ]
        for address in strangers:
            assert not pictures.knows(address), address
            with pytest.raises(PictureUnavailable):
                await pictures.fetch(address)
        assert shelf.asked == []
        for host in ("cdn.discordapp.com", "media.discordapp.net", "CDN.discordapp.com"):
            assert pictures.knows(f"https://{host}/attachments/1/2/photo.png?ex=1&is=2&hm=3")


async def test_redirects_are_not_followed_and_what_is_gone_or_endless_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.pictures.SECONDS", 0.2)
    async with open_shelf() as shelf, open_pictures(shelf.url) as pictures:
        shelf.files = {"/photo": drawing(), "/huge": bytes(MOST_BYTES + 1)}
        assert await pictures.fetch(f"{shelf.url}/photo") == drawing()
        for path in ("/elsewhere", "/gone", "/huge"):
            with pytest.raises(PictureUnavailable):
                await pictures.fetch(shelf.url + path)
        shelf.hangs = True
        with pytest.raises(PictureUnavailable):
            await pictures.fetch(f"{shelf.url}/photo")
        assert shelf.asked == ["/photo", "/elsewhere", "/gone", "/huge", "/photo"]


# The whole way


@dataclass
class Studio:
    """Images with a Discord on a shelf and a local Kakao."""

    images: Images
    shelf: Shelf
    kakao: LocalKakao
    clock: Clock

    def feed(self, address: str, **content: int) -> Feed:
        fields = {"title": "노을", "image_url": address, "link": LINK, **content}
        return Feed(content=Content.model_validate(fields))

    async def content(self, address: str, **content: int) -> Content:
        prepared = await self.images.prepare(self.feed(address, **content), TOKEN)
        assert isinstance(prepared, Feed)
        return prepared.content

    @property
    def uploads(self) -> int:
        return self.asked(UPLOAD)

    def asked(self, path: str) -> int:
        """How often Kakao was asked there."""
        return sum(request.path == path for request in self.kakao.requests)

    async def settled(self, address: str, *, gone: bool) -> None:
        """Let a card with this picture go, or not."""
        prepared = await self.images.prepare(self.feed(address), TOKEN)
        await self.images.settle(prepared, gone)

    async def passes(self, seconds: float) -> None:
        """Let time pass and tidy up."""
        self.clock.passes(seconds)
        await self.images.purge(self.clock() - DAY)

    @property
    def photo(self) -> str:
        return f"{self.shelf.url}/photo"


@pytest.fixture
async def studio(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Studio]:
    clock = Clock()
    local = LocalKakao(add_people, now=clock)
    async with (
        open_shelf() as shelf,
        open_pictures(shelf.url) as pictures,
        local.serve(),
        open_http() as http,
        open_database(f"sqlite+aiosqlite:///{tmp_path / 'kkachi.db'}") as database,
    ):
        shelf.files = {"/photo": drawing("WEBP"), "/emoji": drawing(size=(48, 48), mode="RGBA")}
        shelf.files |= {"/words": b"words"}
        app = KakaoApp(local.app.rest_api_key, local.app.client_secret, "x", local.url, local.url)
        kakao = KakaoClient(http, app)
        scrapes = getattr(request, "param", None) == "scrapes"
        images = Images(ImageStore(database), kakao, pictures, now=clock, scrapes=scrapes)
        yield Studio(images, shelf, local, clock)


async def test_a_card_goes_out_with_kakaos_address_and_the_true_size(studio: Studio) -> None:
    content = await studio.content(studio.photo, image_width=1280, image_height=800)
    assert content.image_url is not None
    assert content.image_url.startswith(f"{studio.kakao.url}/images/")
    assert (content.image_width, content.image_height) == (640, 400)
    assert content.title == "노을"


async def test_every_picture_of_every_template_is_taken(studio: Studio) -> None:
    photo = Content(title="하나", image_url=studio.photo, link=LINK)
    emoji = Content(title="둘", image_url=f"{studio.shelf.url}/emoji", link=LINK)
    sale = Commerce(content=photo, commerce=Product(regular_price=1000))
    for message in (List(header_title="모음", header_link=LINK, contents=(photo, emoji)), sale):
        prepared = await studio.images.prepare(message, TOKEN)
        assert studio.shelf.url not in str(prepared.stored())
    assert studio.uploads == 2
    profile = Feed.model_validate(
        photo_feed(studio) | {"item_content": {"profile_image_url": f"{studio.shelf.url}/emoji"}}
    )
    assert studio.shelf.url not in str((await studio.images.prepare(profile, TOKEN)).stored())


def photo_feed(studio: Studio) -> dict[str, Any]:
    return studio.feed(studio.photo).stored()


async def test_what_has_no_picture_of_discord_is_left_alone(studio: Studio) -> None:
    for message in (
        Text(text="안녕", link=LINK),
        studio.feed("https://example.com/photo.png", image_width=300, image_height=300),
        CustomMessage(template_id=1, template_args={"image_url": studio.photo}),
        ScrapMessage(request_url="https://kkachi.example/"),
    ):
        assert await studio.images.prepare(message, TOKEN) is message
    assert (studio.uploads, studio.shelf.asked) == (0, [])


async def test_a_picture_is_uploaded_once_whoever_sends_it_and_however_discord_signs_it(
    studio: Studio,
) -> None:
    signed = [f"{studio.photo}?ex={n}&is={n}&hm={n}" for n in range(5)]
    contents = await asyncio.gather(*(studio.content(address) for address in signed))
    assert len({content.image_url for content in contents}) == 1
    assert (studio.uploads, len(studio.shelf.asked)) == (1, 1)
    assert (await studio.content(f"{studio.photo}?width=300")).image_url is not None
    assert studio.uploads == 2


async def test_it_is_uploaded_anew_when_kakao_has_forgotten_it(studio: Studio) -> None:
    first = await studio.content(studio.photo)
    studio.clock.passes(KEPT_SECONDS - 1)
    assert await studio.content(studio.photo) == first
    studio.clock.passes(1)
    assert await studio.content(studio.photo) != first
    assert studio.uploads == 2


async def test_a_card_goes_without_its_picture_rather_than_not_at_all(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for path in ("/gone", "/words", "/elsewhere"):
        content = await studio.content(studio.shelf.url + path, image_width=300, image_height=300)
        assert content == Content(title="노을", link=LINK)
    studio.kakao.down(True)
    assert await studio.content(studio.photo) == Content(title="노을", link=LINK)
    assert studio.shelf.url not in caplog.text
    assert caplog.text.count("a card goes without its picture") == 4


async def test_a_card_that_is_nothing_but_its_picture_keeps_discords_address(
    studio: Studio,
) -> None:
    message = Feed(content=Content(image_url=f"{studio.shelf.url}/gone", link=LINK))
    assert await studio.images.prepare(message, TOKEN) is message


async def test_a_members_token_opens_where_the_apps_key_does_not(studio: Studio) -> None:
    token = studio.kakao.token_for(studio.kakao.account("민지"))
    studio.kakao.app.rest_api_key = "another key"
    assert (await studio.content(studio.photo)).image_url is None
    prepared = await studio.images.prepare(studio.feed(studio.photo), token)
    assert studio.kakao.url in str(prepared.stored())


async def test_no_address_of_discord_is_in_the_database(studio: Studio, tmp_path: Path) -> None:
    await studio.content(f"{studio.photo}?hm=secret")
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())  # noqa: ASYNC240 - small
    assert studio.kakao.url.encode() in kept
    assert studio.photo.encode() not in kept


async def test_forgotten_pictures_are_erased(tmp_path: Path) -> None:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'kkachi.db'}") as database:
        store = ImageStore(database)
        await store.put("a", UploadedImage("https://k.example/a", None, None, 100.0))
        await store.purge(101.0)
        assert await store.find("a", 0.0) is None


# What no card has gone with


async def test_a_picture_whose_card_has_not_gone_is_deleted_at_kakao(studio: Studio) -> None:
    await studio.settled(studio.photo, gone=False)
    await studio.passes(HOUR / 2)
    assert len(studio.kakao.images) == 1
    await studio.passes(HOUR)
    assert studio.kakao.images == {}
    await studio.passes(HOUR)
    assert studio.asked(DELETE) == 1
    assert (await studio.content(studio.photo)).image_url is not None
    assert studio.uploads == 2


@pytest.mark.parametrize("order", [(True, False), (False, True), (True, True)])
async def test_a_picture_with_which_one_card_has_gone_stays(
    studio: Studio, order: tuple[bool, bool]
) -> None:
    for gone in order:
        await studio.settled(studio.photo, gone=gone)
    await studio.passes(DAY)
    assert (studio.asked(DELETE), studio.uploads) == (0, 1)


async def test_a_picture_of_which_nobody_knows_whether_its_card_has_gone_stays(
    studio: Studio,
) -> None:
    await studio.content(studio.photo)
    await studio.passes(DAY)
    assert studio.asked(DELETE) == 0


async def test_a_card_that_is_about_to_go_keeps_its_picture(studio: Studio) -> None:
    await studio.settled(studio.photo, gone=False)
    studio.clock.passes(HOUR + 1)
    content = await studio.content(studio.photo)
    await studio.passes(0)
    assert (content.image_url or "").rpartition("/")[2] in studio.kakao.images


async def test_a_kakao_that_is_away_is_asked_again_to_delete_a_picture(studio: Studio) -> None:
    await studio.settled(studio.photo, gone=False)
    studio.kakao.down(True)
    await studio.passes(2 * HOUR)
    studio.kakao.down(False)
    assert len(studio.kakao.images) == 1
    await studio.passes(HOUR)
    assert studio.kakao.images == {}


async def test_a_picture_that_kakao_has_deleted_already_is_done_with(studio: Studio) -> None:
    await studio.settled(studio.photo, gone=False)
    studio.kakao.images.clear()
    for _ in range(3):
        await studio.passes(2 * HOUR)
    assert studio.asked(DELETE) == 1


# What Kakao fetches by itself


scraping = pytest.mark.parametrize("studio", ["scrapes"], indirect=True)


@scraping
async def test_what_kakao_can_reach_it_fetches_itself(studio: Studio) -> None:
    studio.shelf.files["/photo"] = drawing()
    for _ in range(2):
        content = await studio.content(studio.photo)
        assert (content.image_url or "").startswith(f"{studio.kakao.url}/images/")
    assert (studio.asked(SCRAPE), studio.uploads) == (1, 0)


@scraping
@pytest.mark.parametrize("code", [-2, -911, -602, -603, -777])
async def test_what_kakao_cannot_reach_or_take_is_uploaded(studio: Studio, code: int) -> None:
    studio.kakao.fail_next(1, code, path=SCRAPE)
    content = await studio.content(studio.photo)
    assert (content.image_url or "").startswith(f"{studio.kakao.url}/images/")
    assert studio.uploads == 1


@scraping
async def test_where_neither_can_be_done_discords_address_stays(studio: Studio) -> None:
    gone = f"{studio.shelf.url}/gone"
    assert (await studio.content(gone)).image_url == gone
    studio.kakao.down(True)
    assert (await studio.content(studio.photo)).image_url == studio.photo
    assert studio.uploads == 0


@scraping
async def test_what_kakao_has_fetched_for_a_card_that_has_not_gone_is_deleted(
    studio: Studio,
) -> None:
    studio.shelf.files["/photo"] = drawing()
    await studio.settled(studio.photo, gone=False)
    await studio.passes(2 * HOUR)
    assert studio.kakao.images == {}
