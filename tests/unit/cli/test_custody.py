import pytest

from tests.unit.cli.commands import qloak, refused, refused_in_json


def classes(document):
    return {frozenset(row["parties"]): row["class"] for row in document["coalitions"]}


@pytest.mark.parametrize(
    ("policy", "owner_alone", "providers_together"),
    [
        ("clones", "uninformative", "uninformative"),
        ("clones+source", "authorized", "uninformative"),
        ("clones,source-deposited", "uninformative", "authorized"),
        ("pairs", "uninformative", "authorized"),
    ],
)
def test_who_can_read_alone_under_each_policy(policy, owner_alone, providers_together):
    document = qloak("custody", "--clones", 4, "--policy", policy, "--json").json()
    found = classes(document)
    providers = frozenset(max(found, key=len)) - {"owner"}
    assert document["schema"] == "qloak.custody/1"
    assert document["complete"]
    assert len(found) == 2 ** (len(providers) + 1) - 1
    assert found[frozenset({"owner"})] == owner_alone
    assert found[providers] == providers_together
    for provider in providers:
        assert found[frozenset({provider})] == "uninformative"
        assert found[frozenset({provider, "owner"})] == "authorized"


def test_odd_n_shows_its_leak_and_names_are_used():
    document = qloak("custody", "--clones", 3, "--providers", "a,b,c", "--json").json()
    row = next(row for row in document["coalitions"] if set(row["parties"]) == {"a", "b", "c"})
    assert (row["class"], row["leaks"], row["information_bits"]) == ("partial", ["Y"], 1.0)
    assert "a, b, c" in qloak("custody", "--clones", 3, "--providers", "a,b,c").out


def test_many_providers_are_summarised():
    ran = qloak("custody", "--clones", 100)
    assert ran.code == 0
    assert "only the telling coalitions" in ran.out
    assert "(100 parties)" in ran.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--clones", 3, "--policy", "none"), ("--policy", "none", "pairs")),
        (("--clones", 3, "--policy", "clones,source-deposited"), ("num_clones", "even")),
        (("--clones", 3, "--providers", "a,b"), ("providers", "3 names")),
        (("--clones", 3, "--providers", "a,a,b"), ("providers", "differ")),
        (("--clones", 2000), ("--clones", "2000", "1000")),
        (("--clones", "x"), ("--clones", "'x'")),
    ],
)
def test_bad_input(options, words):
    refused(qloak("custody", *options), *words)
    refused_in_json(qloak("custody", *options, "--json"), *words)
