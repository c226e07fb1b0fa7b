"""Coalitions that learn the same are told in one line."""

from __future__ import annotations

from qloak.core import CustodyPolicy
from qloak.storage.vault.documents import readers_document
from qloak.storage.vault.health import planned_readers
from qloak.web.readers import group_readers

NAMES = tuple("abcde")


def told(custody, providers):
    groups = group_readers(readers_document(planned_readers(custody, providers)))
    assert all(group.any for group in groups)
    return {group.kind: (group.access_class, group.leaks) for group in groups}


def test_each_kind_is_one_line():
    """Odd n: all clones together show Y; even n: nothing."""
    odd, even = told(CustodyPolicy.CLONES, NAMES), told(CustodyPolicy.CLONES, NAMES[:4])
    assert odd["all"] == ("partial", ("Y",))
    assert even["all"] == ("uninformative", ())
    for each in (odd, even):
        assert list(each) == ["one", "all", "owner", "owner_with"]
        assert each["one"] == ("uninformative", ())
        assert each["owner_with"][0] == "authorized"


def test_pairs_can_be_read_by_all_together():
    assert told(CustodyPolicy.PAIRS, NAMES[:4])["all"][0] == "authorized"


def test_those_that_differ_are_named():
    readers = [
        {"parties": ["a"], "class": "uninformative", "leaks": []},
        {"parties": ["b"], "class": "partial", "leaks": ["Y"]},
        {"parties": ["c"], "class": "uninformative", "leaks": []},
    ]
    first, second = group_readers(readers)
    assert (first.providers, first.any) == (("a", "c"), False)
    assert (second.providers, second.leaks, second.any) == (("b",), ("Y",), False)
