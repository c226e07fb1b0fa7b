"""Names that sort by time and are never given twice."""

from __future__ import annotations

import itertools
import os
import re
import threading
import time

import pytest

from qloak.storage import ids


def number(text: str) -> int:
    """The number that an id writes, by the definition of base 32."""
    value = 0
    for letter in text:
        value = 32 * value + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    return value


def test_an_id_is_26_letters_of_which_the_first_ten_are_the_time():
    before = time.time_ns() // 1_000_000
    name = ids.new_id("object-")
    after = time.time_ns() // 1_000_000
    assert re.fullmatch(r"object-[0-9A-HJKMNP-TV-Z]{26}", name)
    # Ids made before this one in the same process may have pushed it ahead, never back.
    assert before <= number(name.removeprefix("object-")) >> 80 <= after


def test_ids_ascend_even_when_the_clock_goes_back(monkeypatch):
    sequence = ids._Sequence()
    times = iter([5_000_000_000, 5_000_000_000, 4_000_000_000, 1_000_000, 6_000_000_000])
    monkeypatch.setattr(time, "time_ns", lambda: next(times))
    given = [sequence.next() for _ in range(5)]
    assert given == sorted(set(given))
    assert [value >> 80 for value in given] == [5000, 5000, 5000, 5000, 6000]


def test_most_of_an_id_is_new_even_within_a_millisecond(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: 10**18)
    sequence = ids._Sequence()
    given = [sequence.next() for _ in range(20_000)]
    # 20,000 steps of at most 2^64 stay below the 2^79 that are left, so the millisecond is not left.
    assert {value >> 80 for value in given} == {10**12}
    steps = [after - before for before, after in itertools.pairwise(given)]
    # A step below 2^24 has probability 2^-40: two of 20,000 have with less than (20,000 / 2^40)^2 = 4e-16.
    assert sum(step <= 2**24 for step in steps) < 2
    # Each of 64 bits is 1 in half of the steps: with probability below 64 * 2 exp(-2 * 20,000 * 0.05^2) = 5e-42
    # the share of any of them is off by 0.05.
    for bit in range(64):
        share = sum(step - 1 >> bit & 1 for step in steps) / len(steps)
        assert abs(share - 0.5) < 0.05


def test_short_ids_differ_and_sort_by_time(monkeypatch):
    earlier = ids.short_id()
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 5_000_000)
    given = [ids.short_id() for _ in range(20_000)]
    assert len(set(given)) == 20_000
    assert {len(name) for name in given} == {16}
    assert earlier < min(given)
    ids._short.forget()


def test_secret_ids_are_long_and_sort_by_time(monkeypatch):
    earlier = ids.secret_id()
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 5_000_000)
    given = [ids.secret_id() for _ in range(1000)]
    assert {len(name) for name in given} == {21}
    assert earlier < min(given)
    assert len({name[8:] for name in given}) == 1000
    ids._sequence.forget()


def test_threads_get_different_ids():
    given = []
    threads = [threading.Thread(target=lambda: given.extend(ids.new_id() for _ in range(2000))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == 16_000


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_does_not_repeat_its_parent(monkeypatch):
    # At one frozen millisecond both would otherwise count on from the same number.
    monkeypatch.setattr(time, "time_ns", lambda: 10**18)
    ids.new_id()
    end, start = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(start, "".join(ids.new_id() for _ in range(100)).encode())
        os._exit(0)
    os.close(start)
    os.waitpid(child, 0)
    with os.fdopen(end) as pipe:
        text = pipe.read()
    theirs = {text[i : i + 26] for i in range(0, len(text), 26)}
    ours = {ids.new_id() for _ in range(100)}
    assert len(theirs) == len(ours) == 100
    assert not theirs & ours
    ids._sequence.forget()
