"""How quick the pages are, and what they look like, in Chromium against a server with 5,000 objects.

    pages         of every page: bytes without images, requests, first paint, layout shift
    interactions  from an input event to the answer in the page
    scroll        through all objects of the drive: frames that took long
    pictures      of every page, light and dark, wide and narrow, into build/web

    python3 x.py bench web [--parts pages,interactions,scroll,pictures] [--objects 5000] [--only lab,drive]

Targets are printed beside what was measured, with the machine's load: server, browser and whatever else runs share
its cores, so that a loaded machine makes every figure worse. It needs Debian's Chromium (or QLOAK_CHROMIUM).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

from _browser import Person, answers, load, pictures, settle, sign_in, watch_scrolling
from _gateway import line

from tests.browsers import running_browser
from tests.webserver import WebServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURES = Path(__file__).parent.parent / "build" / "web"
MAX_KILOBYTES = 300
MAX_PAINT = 1000
MAX_SHIFT = 0.05
MAX_ANSWER = 100


@dataclass(frozen=True, slots=True)
class World:
    """What is measured.

    Attributes:
        people: who look: "operator", "newcomer" (without objects), "nobody" (not signed in).
        pages: name -> who looks and where.
        objects: how many the drive has.
    """

    people: Mapping[str, Person]
    pages: Mapping[str, tuple[str, str]]
    objects: int


# --- what there is to see --------------------------------------------------------------------------------------------


def fill(folder: Path, count: int) -> str:
    """Make a vault with objects; the operator's token."""
    import numpy as np

    from qloak.simulators import Register
    from qloak.storage.ledger import Scope
    from qloak.storage.vault import PutRequest, Vault, VaultOptions

    rng = np.random.default_rng(1)
    custodies = ("clones", "clones+source", "pairs")
    with Vault.init(folder / "vault", VaultOptions()) as vault:
        token, _ = vault.ledger.tokens.create("local", list(Scope))
        for begin in range(0, count, 1000):
            puts = [
                PutRequest(register=Register.random(1, rng), name=f"object {i}", custody=custodies[i % 3])
                for i in range(begin, min(count, begin + 1000))
            ]
            failed = [each for each in vault.put_many(puts) if isinstance(each, Exception)]
            assert not failed, failed[0]
    return token


def ask(server: WebServer, path: str, body: object = None) -> dict[str, Any]:
    """A document of the gateway; with a body it is posted."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers)) as answer:
        document: dict[str, Any] = json.load(answer)
    return document


def stage(server: WebServer, browser: Browser, count: int) -> World:
    """Objects in each state, a register, an experiment, providers that fail."""
    ask(server, "/v1/tenants", {"name": "newcomer"})
    scopes = ["read", "write", "admin", "emulator"]
    token = ask(server, "/v1/tokens", {"scopes": scopes, "tenant": "newcomer", "name": "first"})["token"]
    state = {"source": {"bloch": [0.9, 1.9]}}
    stored = ask(server, "/v1/objects", state | {"name": "an object"})["id"]
    redeemed = ask(server, "/v1/objects", {"source": {"ghz": 3}, "name": "a redeemed object"})["id"]
    register = ask(server, f"/v1/objects/{redeemed}/redeem", {})["handle"]
    lost = ask(server, "/v1/objects", state | {"name": "a lost object", "providers": ["ember", "fjord"]})["id"]
    for name in ("ember", "fjord"):
        # The site comes back, and what it held does not.
        ask(server, f"/v1/providers/{name}/destroy", {})
        ask(server, f"/v1/providers/{name}/recover", {})
    ask(server, "/v1/providers/dune/rehearse", {"fault": "offline", "strength": 1.0})
    ask(server, "/v1/providers/cirrus/rehearse", {"fault": "slow", "strength": 0.01})
    grid = {"clones": "2-8", "two_qubit_error": [0.001, 0.01], "method": ["unitary", "measured"]}
    job = ask(server, "/v1/experiments", {"experiment": "channel", "grid": grid})["id"]
    until = time.monotonic() + 120
    while ask(server, f"/v1/experiments/{job}")["state"] in ("queued", "running") and time.monotonic() < until:
        time.sleep(0.2)
    people = {
        "operator": sign_in(browser, server.url, server.token),
        "newcomer": sign_in(browser, server.url, token),
        "nobody": Person(browser, server.url, []),
    }
    pages = {
        "sign-in": ("nobody", "/sign-in"),
        "drive": ("operator", "/drive"),
        "drive-empty": ("newcomer", "/drive"),
        "put": ("operator", "/drive/put"),
        "object": ("operator", f"/drive/{stored}"),
        "object-redeemed": ("operator", f"/drive/{redeemed}"),
        "object-lost": ("operator", f"/drive/{lost}"),
        "redeem": ("operator", f"/drive/{stored}/redeem"),
        "workbench": ("operator", "/workbench"),
        "register": ("operator", f"/workbench/{register}"),
        "providers": ("operator", "/providers"),
        "rehearse": ("operator", "/providers/of/aurora"),
        "lab": ("operator", "/lab"),
        "experiments": ("operator", "/experiments"),
        "experiment": ("operator", f"/experiments/{job}"),
        "activity": ("operator", "/activity"),
        "metrics": ("operator", "/activity/metrics"),
        "tokens": ("operator", "/activity/tokens"),
        "tenants": ("operator", "/activity/tenants"),
        "no-page": ("operator", "/nowhere"),
    }
    return World(people, pages, count + 3)


# --- parts -----------------------------------------------------------------------------------------------------------


def measure_pages(world: World, arguments: argparse.Namespace) -> None:
    print(f"  {'page':<18}{'kB':>8}{'requests':>10}{'paint, ms':>11}{'shift':>9}")
    worst: dict[str, float] = {"kB": 0, "ms": 0, "shift": 0}
    for name, (who, path) in chosen(world, arguments).items():
        found = load(world.people[who], path, arguments.runs)
        print(
            f"  {name:<18}{found.kilobytes:>8.1f}{found.requests:>10.0f}{found.paint:>11.0f}{found.shift:>9.4f}",
            flush=True,
        )
        for key, value in (("kB", found.kilobytes), ("ms", found.paint), ("shift", found.shift)):
            worst[key] = max(worst[key], value)
    line("largest page", f"{worst['kB']:.0f} kB", f"target {MAX_KILOBYTES}")
    line("slowest first paint", f"{worst['ms']:.0f} ms", f"target {MAX_PAINT}")
    line("most layout shift", f"{worst['shift']:.4f}", f"target {MAX_SHIFT}")


def measure_interactions(world: World, _: argparse.Namespace) -> None:
    context = world.people["operator"].open(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    settle(page, "/drive/put")
    plan = "[data-plan-body]"
    tell("put: the plan follows the number of clones", answers(page, plan, [("#put-clones", v) for v in "32323"]))
    settle(page, "/lab")
    steps: list[Any] = [("#story-next", None)] * 4 + [("#story-back", None)] * 3
    tell("lab: a step of the story", answers(page, "[data-part=story]", steps))
    values = ("0.5", "0.9", "1.3", "1.7", "2.1", "2.5")
    tell("lab: noise", answers(page, "[data-part=noise]", [("[name=e2]", value) for value in values]))
    tell("lab: the state turns", answers(page, "[data-part=story]", [("[name=theta]", v) for v in ("10", "30", "60")]))
    members: list[Any] = [(f"#hold-{name}", None) for name in ("N1", "N2", "S2", "N3", "A", "N1")]
    tell("lab: a coalition", answers(page, "[data-part=coalition]", members))
    clones = [("#lab-n, [name=n]", value) for value in ("5", "6", "8", "12", "4")]
    tell("lab: the number of clones", answers(page, "[data-part=circuits]", clones))
    settle(page, "/drive")
    kinds = [("[data-filters] [name=show]", value) for value in ("stored", "", "stored", "", "stored")]
    tell("drive: another filter", answers(page, "[data-objects]", kinds, act="change"))
    opened = []
    settle(page, "/providers")
    for _ in range(5):
        opened += answers(page, "body", [('a[href="/providers/of/aurora"]', None)], sign="dialog[open]")
        page.locator("dialog [data-close]").first.click()
        page.locator("dialog").wait_for(state="detached")
    tell("providers: its dialog opens", opened)
    context.close()


def tell(what: str, seconds: list[float]) -> None:
    line(what, f"{statistics.median(seconds):.0f} ms, at most {max(seconds):.0f}", f"target {MAX_ANSWER}")


def measure_scroll(world: World, _: argparse.Namespace) -> None:
    context = world.people["operator"].open(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    settle(page, "/drive")
    found = watch_scrolling(page, world.objects)
    line("rows reached", f"{found('rows'):,.0f} of {world.objects:,}", f"in {found('seconds'):.0f} s")
    line("frame, median", f"{found('median'):.1f} ms", "one of a screen: 16.7")
    line("frames over 50 ms", f"{found('slow'):.1f} %", "target below 5")
    line("longest frame", f"{found('longest'):.0f} ms")
    context.close()


def take_pictures(world: World, arguments: argparse.Namespace) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, (who, path) in chosen(world, arguments).items():
        # All of a list that grows as one scrolls would be very long.
        pictures(world.people[who], path, PICTURES / name, whole=name != "drive")
    line("pictures", f"{len(list(PICTURES.glob('*.png')))} in build/web")


def chosen(world: World, arguments: argparse.Namespace) -> Mapping[str, tuple[str, str]]:
    names = arguments.only.split(",") if arguments.only else list(world.pages)
    return {name: world.pages[name] for name in names}


PARTS = {
    "pages": measure_pages,
    "interactions": measure_interactions,
    "scroll": measure_scroll,
    "pictures": take_pictures,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(PARTS), help="which, separated by commas")
    parser.add_argument("--objects", type=int, default=5000, help="in the drive")
    parser.add_argument("--runs", type=int, default=3, help="loads of each page")
    parser.add_argument("--only", default="", help="these pages alone, separated by commas")
    arguments = parser.parse_args()
    wanted = arguments.parts.split(",")
    if unknown := [part for part in wanted if part not in PARTS]:
        parser.error(f"--parts: no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the beginning")
    with tempfile.TemporaryDirectory(prefix="qloak-bench-") as folder, running_browser() as browser:
        server = WebServer(Path(folder))
        server.token = fill(Path(folder), arguments.objects)
        server.start()
        try:
            world = stage(server, browser, arguments.objects)
            for part in wanted:
                print(f"{part}:  (load {os.getloadavg()[0]:.1f})")
                PARTS[part](world, arguments)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
