"""What a customer remembers over all of its lives: what it asked for, and what it was answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Source = dict[str, Any]


@dataclass(slots=True)
class Item:
    """One state that the customer owns, or has owned.

    Attributes:
        name: of the object, the key of its put.
        source: the state.
        object_id: once it is known.
        state: as the customer knows it: "asked", "stored", "aborted", "redeemed", "removed", or "unsure" for one
            about which the customer has stopped asking.
        handle: of its register in the workbench, "" if there is none that the customer knows of.
        key: under which it was redeemed.
        ended: whether the customer has discarded the register.
    """

    name: str
    source: Source
    object_id: str = ""
    state: str = "asked"
    handle: str = ""
    key: str = ""
    ended: bool = False


@dataclass(slots=True)
class Journal:
    """A file of JSON lines; a line that was cut short by a kill was not answered.

    Attributes:
        path: of the file.
        items: name -> item.
        open: the request that has no answer yet, None if there is none.
        count: of requests.
    """

    path: Path
    items: dict[str, Item] = field(default_factory=dict)
    open: dict[str, Any] | None = None
    count: int = 0

    @classmethod
    def read(cls, path: Path) -> Journal:
        """What is remembered."""
        journal = cls(path)
        for line in path.read_text().split("\n")[:-1] if path.exists() else ():
            journal._learn(json.loads(line))
        return journal

    def ask(self, do: str, item: Item, **more: Any) -> dict[str, Any]:
        """Note what is going to be asked."""
        key = f"{self.path.stem}-{self.count}"
        request = {"ask": key, "do": do, "name": item.name or key, "source": item.source, **more}
        self._write(request)
        return request

    def answer(self, **fields: Any) -> None:
        """Note the answer to the open request: fields of its item."""
        assert self.open is not None
        self._write({"answer": self.open["ask"], "name": self.open["name"], **fields})

    def _write(self, entry: dict[str, Any]) -> None:
        # A killed process leaves what it has written to the system's memory: no fsync is needed here.
        with self.path.open("a") as file:
            file.write(json.dumps(entry) + "\n")
        self._learn(entry)

    def _learn(self, entry: dict[str, Any]) -> None:
        if "ask" in entry:
            self.open, self.count = entry, self.count + 1
            self.items.setdefault(entry["name"], Item(entry["name"], entry["source"]))
            return
        self.open = None
        item = self.items[entry["name"]]
        for key, value in entry.items():
            if key not in ("answer", "name"):
                setattr(item, key, value)
