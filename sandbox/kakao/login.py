"""accounts.kakao.com: the login page and the consent page, plain HTML forms without scripts.

The authorize address sends a browser here with `tx`, the number of its walk. A script can walk
too; the fields of the forms are stable:

* `POST /login`: `tx`, `account` (the name or e-mail address of an account; the sandbox asks for
  no password). The buttons of the account chooser send the same field.
* `POST /consent`: `tx`, `scope` (once for each ticked item; required ones need not be sent),
  `all=1` (everything the page shows), `decision` = `agree` or `cancel`.

Both answer 302: `/login` to `/consent` or straight back to the app, `/consent` to the app.
The session is the cookie `kakao_session`. `?lang=ko|en` chooses the language.
"""

from aiohttp import web

from sandbox.kakao.errors import PageRefusal
from sandbox.kakao.forms import read_pairs
from sandbox.kakao.oauth import COOKIE, OAuth, back, redirect
from sandbox.kakao.pages import Pages
from sandbox.kakao.state import Account, Level, Visit
from sandbox.kakao.world import DAY_IN_BROWSER, World

MAX_CHOICES = 8


class Login:
    """The pages a person sees between the app's button and the way back."""

    def __init__(self, world: World, oauth: OAuth, pages: Pages) -> None:
        self._world = world
        self._oauth = oauth
        self._pages = pages

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/login", self.show_login),
            web.post("/login", self.log_in),
            web.get("/consent", self.show_consent),
            web.post("/consent", self.decide),
        ]

    async def show_login(self, request: web.Request) -> web.Response:
        number, visit = self._find(request.query.get("tx"))
        self._choose_language(request, visit)
        return self._login_page(number, visit)

    async def log_in(self, request: web.Request) -> web.Response:
        form = dict(await read_pairs(request))
        number, visit = self._find(form.get("tx"))
        account = self._world.find_account(form.get("account", ""))
        if account is None:
            return self._login_page(number, visit, typed=form.get("account", ""))
        response = self._oauth.proceed(number, visit, account)
        response.set_cookie(
            COOKIE,
            self._world.log_in(account),
            max_age=DAY_IN_BROWSER,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def show_consent(self, request: web.Request) -> web.Response:
        number, visit = self._find(request.query.get("tx"))
        self._choose_language(request, visit)
        account = self._person(request)
        if account is None:
            return redirect(f"/login?tx={number}")
        return self._consent_page(number, visit, account)

    async def decide(self, request: web.Request) -> web.Response:
        pairs = await read_pairs(request)
        form = dict(pairs)
        number, visit = self._find(form.get("tx"))
        account = self._person(request)
        if account is None:
            return redirect(f"/login?tx={number}")
        if form.get("decision") == "cancel":
            del self._world.visits[number]
            text = "User denied access"
            return redirect(back(visit, error="access_denied", error_description=text))
        if form.get("decision") != "agree":
            raise PageRefusal("KOE207", "decision")
        ticked = {value for name, value in pairs if name == "scope"}
        self._agree(visit, account, ticked, everything="all" in form)
        return self._oauth.finish(number, visit, account)

    def _agree(self, visit: Visit, account: Account, ticked: set[str], *, everything: bool) -> None:
        shown = self._oauth.to_ask(visit, account)
        if ticked - set(shown):
            raise PageRefusal("KOE204", "scope")
        required = {item for item in shown if self._world.app.level(item) is Level.REQUIRED}
        self._world.connect(account, shown if everything else ticked | required)

    def _find(self, number: str | None) -> tuple[str, Visit]:
        visit = self._world.visits.get(number or "")
        if number is None or visit is None or visit.expires_at <= self._world.now():
            raise PageRefusal("KOE001", "tx")
        return number, visit

    def _person(self, request: web.Request) -> Account | None:
        return self._world.logged_in(request.cookies.get(COOKIE))

    def _choose_language(self, request: web.Request, visit: Visit) -> None:
        if request.query.get("lang") in {"ko", "en"}:
            visit.language = request.query["lang"]

    def _login_page(self, number: str, visit: Visit, typed: str | None = None) -> web.Response:
        return self._pages.show(
            "login.html",
            visit.language,
            status=200 if typed is None else 400,
            app=self._world.app,
            tx=number,
            accounts=list(self._world.accounts.values())[:MAX_CHOICES],
            typed=visit.hint if typed is None else typed,
            unknown=typed is not None,
            here=f"/login?tx={number}",
        )

    def _consent_page(self, number: str, visit: Visit, account: Account) -> web.Response:
        items = [
            {"id": item, "required": self._world.app.level(item) is Level.REQUIRED}
            for item in self._oauth.to_ask(visit, account)
        ]
        return self._pages.show(
            "consent.html",
            visit.language,
            app=self._world.app,
            tx=number,
            account=account,
            items=items,
            here=f"/consent?tx={number}",
        )
