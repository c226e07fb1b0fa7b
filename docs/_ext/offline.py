"""Fails a build whose pages would load anything from another host: the documentation is read without a network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOADED = re.compile(r'<(?:script|img|iframe|source)\b[^>]*\bsrc="(?:https?:)?//|<link\b[^>]*\bhref="(?:https?:)?//')


def refuse_foreign_assets(app: Sphinx, exception: Exception | None) -> None:
    """Handles `build-finished`."""
    if exception is not None or app.builder.format != "html":
        return
    for page in sorted(Path(app.outdir).rglob("*.html")):
        if found := LOADED.search(page.read_text(encoding="utf-8")):
            raise ExtensionError(f"{page.name} loads from another host: {found.group()}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the handler."""
    app.connect("build-finished", refuse_foreign_assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
