"""How the lab's parts are drawn from the gateway's documents."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from qloak.lab.access import access_report, counts_document
from qloak.lab.circuit import CircuitChoice, circuit_report
from qloak.lab.story import StoryChoice, story_document
from qloak.web.pages.lab_state import DEFAULTS, LabState
from qloak.web.pages.lab_views import coalition, sphere, story


class Gateway:
    """/v1/lab without HTTP."""

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        if path.endswith("/access"):
            if "holding" in query:
                return access_report(query["clones"], query["holding"])
            from qloak.core import EncryptedCloning

            return counts_document(EncryptedCloning(query["clones"]))
        choice = CircuitChoice("roundtrip", query["clone"], query["method"])
        told = StoryChoice(query["theta"], query["phi"], query["clone"], query["method"], query["lose"])
        return circuit_report(query["clones"], choice) | story_document(query["clones"], told)


def run(view: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """In a thread of its own: a browser of other tests may have left a running loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, view).result()


def tell(**changes: object) -> dict[str, Any]:
    return run(story(Gateway(), DEFAULTS.but(**changes)))


def test_sphere_is_seen_from_above_the_equator():
    top = sphere([0, 0, 1])
    assert (float(top["x"]), float(top["y"])) == pytest.approx((32, 32 - 28 * math.cos(math.radians(18))), abs=0.01)
    assert sphere(None)["length"] == 0


def test_bonds_follow_the_story():
    assert tell(step="prepare")["bonds"] == ["pair"] * 4
    assert tell(step="encrypt")["bonds"] == ["all"] * 4
    assert tell(step="lose", lost="S2,N4")["bonds"] == ["all", "none", "all", "none"]
    assert tell(step="decrypt", clone="S3")["bonds"] == ["pair", "pair", "none", "pair"]
    assert tell(step="decrypt", method="measured")["bonds"] == ["none"] * 4


def test_captions_name_the_state_once_it_is_back():
    told = tell(step="decrypt", lost="S1")
    assert [clone["caption"] for clone, _ in told["pairs"]] == ["lost", "state", "noise", "noise"]
    assert told["clone"] == "S2"


def test_what_was_never_read_is_not_refused_a_second_time():
    told = tell(step="again", lost="A,S1,N1")
    assert told["step"] == "decrypt"
    assert not told["recovery"]["recovered"]


def test_odd_coalition_leaks_and_the_even_one_leads_there():
    even = run(coalition(Gateway(), LabState.read({"hold": "S1,S2,S3,S4"})))
    assert even["all_clones"]
    assert even["document"]["class"] == "uninformative"
    odd = run(coalition(Gateway(), LabState.read({"set": even["odd"]})))
    assert list(odd["document"]["leaks"]) == ["Y"]
    assert sum(odd["shares"].values()) == pytest.approx(100)
