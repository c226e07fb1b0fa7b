"""What the child that places does, here in this process."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from qloak.lab.placement import PlacementChoice
from qloak.service.jobs.place import main


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def placed(capsys, **choice):
    main(json.dumps({**asdict(PlacementChoice(2, "line-12")), **choice}))
    return json.loads(capsys.readouterr().out)


def test_the_document_is_printed(capsys):
    found = placed(capsys)
    assert (found["schema"], found["id"]) == ("qloak.compile/1", PlacementChoice(2, "line-12").id)
    assert placed(capsys) == found


def test_what_is_refused_is_printed_with_its_code(capsys):
    found = placed(capsys, clones=4, device="line-5")
    assert (found["schema"], found["code"]) == ("qloak.error/1", "bad-argument")
