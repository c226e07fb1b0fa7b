"""Providers on the command line."""

from __future__ import annotations

import pytest

from tests.unit.cli.commands import qloak, refused
from tests.unit.cli.vaults import folder, template, vault

__all__ = ["folder", "template", "vault"]


def test_list(vault):
    ran = qloak("provider", "ls")
    assert [line.split()[:3] for line in ran.out.splitlines()[1:]] == [
        [name, "embedded", "yes"] for name in ("aurora", "borealis", "cirrus", "dune", "ember", "fjord")
    ]


def test_add_an_embedded_one(vault):
    words = ["--capacity", 7, "--t1", "2d", "--t2", "1d", "--link-error", "0.1", "--link-loss", "0.2"]
    document = qloak("provider", "add", "glacier", *words, "--json").json()
    assert (document["up"], document["capacity"], document["t1_seconds"], document["t2_seconds"]) == (
        True,
        7,
        172800.0,
        86400.0,
    )
    document = qloak("provider", "add", "hill", "--t1", "1d", "--json").json()
    assert (document["t1_seconds"], document["t2_seconds"]) == (86400.0, 172800.0)
    refused(qloak("provider", "add", "hill"), "hill", code=1)
    assert len(qloak("provider", "ls", "--json").json()["providers"]) == 8


def test_add_one_with_a_url(vault, monkeypatch):
    words = ["provider", "add", "far", "--url", "http://127.0.0.1:9"]
    refused(qloak(*words), "QLOAK_PROVIDER_TOKEN")
    monkeypatch.setenv("QLOAK_PROVIDER_TOKEN", "qlk_0123456789012345678901234567890")
    refused(qloak(*words, "--capacity", 5), "--url")
    ran = qloak(*words)
    assert ran.code == 0
    assert "far (http): does not answer" in ran.out
    assert "qlk_" not in ran.out + ran.err + qloak("provider", "ls", "--json").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--capacity", "x"], "--capacity"),
        (["--t1", "5"], "--t1"),
        (["--t2", "0d"], "--t2"),
        (["--t1", "1d", "--t2", "3d"], "--t2"),
        (["--link-loss", "2"], "--link-loss"),
    ],
)
def test_add_with_bad_input(vault, words, message):
    refused(qloak("provider", "add", "new", *words), message)


def test_rehearse_and_recover(vault):
    assert "does not answer" in qloak("provider", "fail", "dune").out
    assert "dune (embedded): answers" in qloak("provider", "recover", "dune").out
    ran = qloak("provider", "fail", "dune", "--fault", "lossy", "--strength", "0.25")
    assert "rehearses lossy 0.25" in ran.out
    assert qloak("provider", "recover", "dune", "--json").json()["faults"] == {}


@pytest.mark.parametrize(
    "words",
    [
        ["fail", "nobody"],
        ["recover", "nobody"],
        ["destroy", "nobody"],
        ["fail", "dune", "--fault", "melting"],
        ["fail", "dune", "--fault", "lossy", "--strength", "1.5"],
        ["fail", "dune", "--strength", "nan"],
        ["fail", "dune", "--strength", "much"],
        ["fail", "dune", "--fault", "slow", "--strength", "61"],
    ],
)
def test_rehearsals_that_cannot_be(vault, words):
    refused(qloak("provider", *words))
