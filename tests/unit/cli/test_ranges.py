"""Ranges of whole numbers."""

from __future__ import annotations

import pytest

from qloak.cli.ranges import whole_numbers
from qloak.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", (5,)),
        ("2-4", (2, 3, 4)),
        ("4,2,8-9", (2, 4, 8, 9)),
        ("2-3,3-4", (2, 3, 4)),
        (" 2 - 3 ", (2, 3)),
        ("0", (0,)),
    ],
)
def test_ranges_are_read(text: str, expected: tuple[int, ...]):
    assert whole_numbers("--clones", text) == expected


@pytest.mark.parametrize("text", ["", "-", "2-", "-3", "4-2", "x", "2..4", "2,,3", "0-999,2000-2100", "9" * 30])
def test_what_is_no_range_is_refused(text: str):
    with pytest.raises(UsageError, match="--clones"):
        whole_numbers("--clones", text)
