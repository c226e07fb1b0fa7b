"""One request of a person: who is signed in, forms, rendering, redirects."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ..service.browser import cookie_secret, form_proof
from ..storage.vault.workbench import OPERATOR
from .api import Api, Problem
from .assets import asset
from .formats import FILTERS
from .texts import for_scripts, has_text, text
from .urls import url

__all__ = ["Page", "form", "page", "render"]

MAX_FIELDS: Final = 200
_LIVE: Final = "x-qloak-live"
_FORM_METHODS: Final = ["POST"]


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("qloak.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Templates belong to the texts that this process has read.
        auto_reload=False,
    )
    environment.filters |= FILTERS
    environment.globals |= {"t": text, "asset": asset, "url": url, "new_key": lambda: secrets.token_urlsafe(16)}
    return environment


def render(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A template as an answer.

    Args:
        request: asked for it.
        template: a file of templates/.
        status: of HTTP.
        values: of the template, beside `said` (a notice's key or ""), `theme` and `path`.
    """
    said = request.query_params.get("said", "")
    theme = request.cookies.get("qloak-theme", "")
    given = {
        "session": None,
        "proof": "",
        "path": request.url.path,
        "said": said if has_text(f"said.{said}") else "",
        "theme": theme if theme in ("light", "dark") else "",
        "scripts": (),
    }
    return HTMLResponse(_templates().get_template(template).render(given | values), status)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in.

    Attributes:
        tenant: whose objects they see.
        token_id: names their token.
        scopes: what they may do.
        last_event: number of the last event before anything of the page was asked for: its scripts listen from there.
    """

    tenant: str
    token_id: str
    scopes: frozenset[str]
    last_event: int

    @property
    def is_operator(self) -> bool:
        """Whether the vault is theirs: some things concern all tenants together."""
        return self.tenant == OPERATOR

    def may(self, scope: str) -> bool:
        """Whether the token has this scope."""
        return scope in self.scopes


@dataclass(slots=True)
class Page:
    """One request of somebody who is signed in.

    Attributes:
        request: the request itself.
        api: the gateway with their token.
        session: who they are.
        values: of the form that was sent; empty for other requests.
    """

    request: Request
    api: Api
    session: Session
    proof: str
    values: FormData = field(default_factory=FormData)

    @property
    def live(self) -> bool:
        """Whether a script of ours sent the form: it is answered in JSON."""
        return _LIVE in self.request.headers

    def query(self, name: str, default: str = "") -> str:
        """A part of the query."""
        return self.request.query_params.get(name, default)

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def field(self, name: str, default: str = "") -> str:
        """A field of the form, as text."""
        value = self.values.get(name, default)
        return value.strip() if isinstance(value, str) else default

    def fields(self, name: str) -> list[str]:
        """All fields of this name."""
        return [value for value in self.values.getlist(name) if isinstance(value, str)]

    async def upload(self, name: str, *, max_bytes: int) -> bytes:
        """An uploaded file; empty without one.

        Raises:
            Problem: if it is too large.
        """
        value = self.values.get(name)
        if not isinstance(value, UploadFile):
            return b""
        content = await value.read(max_bytes + 1)
        if len(content) > max_bytes:
            raise Problem(413, "over-limit", text("problem.large_file", limit=max_bytes // 1024))
        return content

    @property
    def key(self) -> str | None:
        """The idempotency key that the form was rendered with: sent again, it is the same request."""
        return self.field("key") or None

    def render(
        self, template: str, *, status: int = 200, texts: tuple[str, ...] = (), **values: object
    ) -> HTMLResponse:
        """A page or a part of one.

        Args:
            template: a file of templates/.
            status: of HTTP.
            texts: sections of the catalogue that its scripts need.
            values: of the template.
        """
        catalogue = Markup(json.dumps(for_scripts(*texts)).replace("<", "\\u003c"))
        own = {"session": self.session, "proof": self.proof, "script_texts": catalogue}
        return render(self.request, template, status=status, **(own | values))

    def go(self, target: str, said: str = "") -> Response:
        """To another page after a form, with a notice from `said` of the catalogue."""
        if said:
            target += ("&" if "?" in target else "?") + f"said={said}"
        return JSONResponse({"location": target}) if self.live else RedirectResponse(target, 303)


Handler = Callable[[Page], Awaitable[Response]]


def page(path: str, handler: Handler) -> Route:
    """A page for whoever is signed in; others are asked to sign in first."""

    async def answer(request: Request) -> Response:
        return await handler(await _open(request))

    return Route(path, answer, methods=["GET"])


def form(path: str, handler: Handler) -> Route:
    """What a form does: `handler` is called with its values once it is sure that the form is one of ours."""

    async def answer(request: Request) -> Response:
        opened = await _open(request)
        async with request.form(max_files=4, max_fields=MAX_FIELDS) as values:
            given = values.get("proof", "")
            if not isinstance(given, str) or not hmac.compare_digest(given.encode(), opened.proof.encode()):
                raise Problem(403, "forbidden", text("problem.not_our_form"))
            opened.values = values
            return await handler(opened)

    return Route(path, answer, methods=_FORM_METHODS)


async def _open(request: Request) -> Page:
    secret = cookie_secret(request.scope)
    if not secret:
        raise Problem(401, "unauthenticated", "")
    api = Api(request.app.state.client, secret)
    document: Mapping[str, Any] = await api.get("/v1/session")
    session = Session(document["tenant"], document["token_id"], frozenset(document["scopes"]), document["last_event"])
    return Page(request, api, session, form_proof(secret))
