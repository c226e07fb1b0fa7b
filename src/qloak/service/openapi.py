"""The servers' descriptions as files, so that a change of what they promise is seen.

python -m qloak.service.openapi docs/openapi
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from ..errors import UsageError
from .auth import TokenTable
from .gateway import create_gateway_app
from .provider_app import create_provider_app
from .world_app import create_world_app

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["describe", "write_descriptions"]

# What they serve does not matter: nothing is asked of it.
_NOTHING: Final = cast("Any", None)
_APPS: Final[Mapping[str, Callable[[], FastAPI]]] = {
    "gateway": lambda: create_gateway_app(_NOTHING),
    "provider": lambda: create_provider_app(_NOTHING, TokenTable({})),
    "world": lambda: create_world_app(_NOTHING, TokenTable({})),
}


def describe(server: str) -> str:
    """The description of one server as OpenAPI, JSON with sorted keys.

    Args:
        server: gateway, provider or world.
    """
    if server not in _APPS:
        raise UsageError.of("server", server, f"one of {', '.join(_APPS)}")
    document = _APPS[server]().openapi()
    # The version of the package is no part of what is promised.
    document["info"]["version"] = "1"
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write_descriptions(folder: Path) -> list[Path]:
    """Write the descriptions of all servers into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for server in _APPS:
        path = folder / f"{server}.json"
        path.write_text(describe(server), encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    for file in write_descriptions(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/openapi")):
        print(file)
