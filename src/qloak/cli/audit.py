"""`qloak audit`: who did what."""

from __future__ import annotations

import json as json_module
from typing import Annotated

from typer import Option

from .object_view import clock, print_columns
from .options import JsonOption, whole_number
from .output import print_json
from .store import VaultOption, reach

__all__ = ["audit"]


def audit(
    *,
    after: Annotated[str, Option("--after", metavar="NUMBER", help="Begin after this line.")] = "0",
    limit: Annotated[str, Option("--limit", metavar="K", help="At most so many lines, up to 1000.")] = "100",
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """List who did what, oldest first. Each sealed line carries a hash over itself and all lines before it.

    `qloak vault check` computes the chain again. For example `qloak audit --after 100`.
    """
    with reach(vault) as client:
        document = client.audit(after=whole_number("--after", after), limit=whole_number("--limit", limit))
    if json:
        print_json(document)
        return
    rows = [
        (
            each["number"],
            clock(each["at"]),
            each["actor"],
            each["action"],
            each["subject"],
            json_module.dumps(each["detail"], separators=(",", ":")) if each["detail"] else "",
            each["seal"][:12] or "not yet",
        )
        for each in document["entries"]
    ]
    print_columns(("number", "at", "actor", "action", "subject", "detail", "seal"), rows)
