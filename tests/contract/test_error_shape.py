"""Errors: one tree, one shape, and codes on which scripts can rely."""

from __future__ import annotations

import inspect
import json
import re

import pytest

from qloak import errors
from qloak.errors import MissingExtraError, QloakError, UsageError, shorten

CLASSES = [getattr(errors, name) for name in errors.__all__]

EXIT_CODES = {1, 2, 10, 11, 12, 13, 14, 130}
"""1 failed, 2 usage, 10 vault missing, 11 locked, 12 key consumed, 13 not authorized, 14 integrity, 130 interrupted."""

FIXED = {
    "QloakError": (1, 500, "failed"),
    "UsageError": (2, 422, "bad-argument"),
    "UnknownNameError": (2, 404, "unknown-name"),
    "StateError": (2, 422, "bad-state"),
    "ProgramError": (2, 422, "bad-program"),
    "LimitError": (2, 413, "over-limit"),
    "MissingExtraError": (1, 501, "missing-extra"),
    "KeyConsumedError": (12, 409, "key-consumed"),
    "NotAuthorizedSetError": (13, 403, "not-authorized-set"),
    "IntegrityError": (14, 500, "integrity"),
}


@pytest.mark.parametrize("name", FIXED)
def test_codes_are_fixed(name):
    kind = getattr(errors, name)
    assert (kind.exit_code, kind.http_status, kind.code) == FIXED[name]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
class TestEveryClass:
    def test_is_in_the_tree(self, kind):
        assert issubclass(kind, QloakError)
        assert len(kind.__bases__) == 1

    def test_has_codes_of_its_own(self, kind):
        assert kind.exit_code in EXIT_CODES
        assert 400 <= kind.http_status < 600
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)
        assert [other for other in CLASSES if other.code == kind.code] == [kind]

    def test_is_drawn_in_the_tree_at_the_top(self, kind):
        drawn = f"{kind.__name__} +exit {kind.exit_code} +HTTP {kind.http_status} +{kind.code}\n"
        assert re.search(drawn, errors.__doc__)

    def test_has_one_shape(self, kind):
        document = kind("what happened").to_json()
        assert json.loads(json.dumps(document)) == {
            "schema": "qloak.error/1",
            "code": kind.code,
            "message": "what happened",
            "exit_code": kind.exit_code,
        }


def test_all_classes_are_exported():
    defined = {name for name, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, QloakError)}
    assert defined == set(errors.__all__)


class TestMessages:
    def test_argument_value_expectation_next_step(self):
        error = UsageError.of("clones", "five", "a whole number", "Try 6.")
        assert str(error) == "clones: got 'five', expected a whole number. Try 6."
        assert str(UsageError.of("clones", 5, "an even number")) == "clones: got 5, expected an even number."

    def test_of_keeps_the_class(self):
        assert type(errors.LimitError.of("a", 1, "b")) is errors.LimitError

    @pytest.mark.parametrize("value", ["x" * 10**6, list(range(10**5)), "\n" * 100, b"\0" * 10**4], ids=type)
    def test_values_are_shown_on_one_short_line(self, value):
        shown = shorten(value)
        assert len(shown) < 450
        assert "\n" not in shown
        assert len(shorten("x" * 81)) == 83
        assert shorten("x" * 80) == repr("x" * 80)

    def test_a_missing_extra_says_how_to_install_it(self):
        message = str(MissingExtraError.of("qiskit", "qiskit"))
        assert message == "qiskit is not installed, and this needs it. Install it: pip install 'qloak[qiskit]'."
