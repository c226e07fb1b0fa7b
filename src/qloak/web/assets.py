"""Static files under a name that changes with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["Assets", "asset", "version"]

FOLDER: Final = Path(__file__).parent / "static"


@cache
def version() -> str:
    """A hash of all static files; modules that import each other relatively stay within one version."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def asset(path: str) -> str:
    """The address of a static file, such as "css/base.css"."""
    return f"/static/{version()}/{path}"


class Assets(StaticFiles):
    """Serves /static/VERSION/…; files of another version are served too, but not kept."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    def get_path(self, scope: Scope) -> str:
        """Without the version."""
        _, _, rest = super().get_path(scope).partition("/")
        return rest

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        current = f"/static/{version()}/" in scope["path"]
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        return response
