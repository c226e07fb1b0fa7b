"""Schedules: counts against a search over all gates, depths against known ones, and what is drawn."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations, product
from random import Random

import pytest

from qloak.compile.untouched_arms import Arms
from qloak.compile.untouched_labels import FULL, label_after
from qloak.compile.untouched_schedule import Schedules, Use
from qloak.errors import UsageError


def final_labels(uses, num_sites, source):
    """Labels after a schedule; None where no letters have its patterns."""
    labels = [0] * num_sites
    labels[source] = FULL
    for use in sorted(uses):
        left = label_after(labels[use.site], use.left, use.right)
        right = label_after(labels[use.site + 1], use.right, use.left)
        if left is None or right is None:
            return None
        labels[use.site : use.site + 2] = [left, right]
    return labels


@cache
def all_schedules(ready, source, last):
    """All schedules of a path of three sites by trying everything."""
    return frozenset(_all_schedules(ready, source, last))


def _all_schedules(ready, source, last):
    patterns = [pair for pair in product(range(4), repeat=2) if any(pair)]
    for first, second in product(combinations(range(1, last + 1), 2), repeat=2):
        if set(first) & set(second):
            continue
        if first[0] < max(ready[:2]) or second[0] < max(ready[1:]):
            continue
        for choice in product(patterns, repeat=4):
            layers = zip((*first, *second), (0, 0, 1, 1), choice, strict=True)
            uses = tuple(sorted(Use(layer, site, *pair) for layer, site, pair in layers))
            if final_labels(uses, 3, source) == [FULL] * 3:
                yield uses


@pytest.mark.parametrize(("ready", "source", "last"), [((2, 2, 2), 1, 5), ((1, 1, 1), 0, 4), ((1, 2, 2), 0, 5)])
def test_count_and_draws_of_three_sites(ready, source, last):
    expected = all_schedules(ready, source, last)
    schedules = Schedules(ready, source, last)
    assert schedules.number == len(expected) > 0
    random = Random(5)
    drawn = Counter(schedules.draw(random) for _ in range(40 * len(expected)))
    # One of fewer than 100 equally likely schedules is missed 40 times their number with less than 100 exp(-40).
    assert len(expected) < 100
    assert set(drawn) == expected


@pytest.mark.parametrize(("ready", "source"), [((2, 2, 2), 1), ((1, 1, 1), 0), ((1, 2, 3), 0)])
def test_fewest_layers_of_three_sites(ready, source):
    last = Schedules.shallowest(ready, source).last
    assert all_schedules(ready, source, last)
    assert not all_schedules(ready, source, last - 1)


# One layer for the reference, and the layers that n + 1 sites of a path need.
@pytest.mark.parametrize(
    ("num_clones", "causal", "strict"),
    [(2, 5, 5), (3, 6, 7), (5, 7, 8), (7, 8, 9), (9, 9, 10), (11, 10, 11), (13, 11, 12), (15, 12, 13)],
)
def test_depths(num_clones, causal, strict):
    arms = Arms.for_clones(num_clones)
    assert Schedules.shallowest(arms.ready(), arms.source).last == causal
    assert Schedules.shallowest(arms.ready(strict=True), arms.source).last == strict


def test_drawn_schedules_keep_to_their_layers_and_fill_every_site():
    arms = Arms.for_clones(15)
    ready = arms.ready(strict=True)
    schedules = Schedules.shallowest(ready, arms.source)
    random = Random(1)
    for _ in range(50):
        uses = schedules.draw(random)
        assert list(uses) == sorted(uses)
        assert Counter(use.site for use in uses) == dict.fromkeys(range(14), 2)
        assert all(max(ready[use.site : use.site + 2]) <= use.layer <= schedules.last for use in uses)
        busy = [(use.layer, site) for use in uses for site in (use.site, use.site + 1)]
        assert len(set(busy)) == len(busy)
        assert final_labels(uses, 15, arms.source) == [FULL] * 15


def test_moved_one_layer_forward_the_barrier_is_gone():
    arms = Arms.for_clones(11)
    schedules = Schedules.shallowest(arms.ready(strict=True), arms.source)
    free = arms.ready()
    for seed in range(50):
        uses = schedules.draw(Random(seed))
        assert all(use.layer - 1 >= max(free[use.site : use.site + 2]) for use in uses)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_even_numbers_of_sites_cannot_be_filled(number):
    with pytest.raises(UsageError, match="odd number of sites"):
        Schedules.shallowest([1] * number, 0)
    if number == 4:
        assert Schedules([1] * 4, 1, 12).number == 0
