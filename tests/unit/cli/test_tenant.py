"""Tenants and their limits."""

from __future__ import annotations

import pytest

from tests.unit.cli.commands import qloak, refused
from tests.unit.cli.vaults import folder, template, vault

__all__ = ["folder", "template", "vault"]


@pytest.mark.usefixtures("vault")
class TestTenants:
    def test_limits_are_listed_with_what_is_used(self):
        document = qloak("tenant", "add", "ada", "--max-objects", 5, "--json").json()
        assert (document["max_objects"], document["max_qubits"], document["objects"]) == (5, None, 0)
        qloak("tenant", "add", "bob", "--max-objects", 0, "--max-qubits", 7)
        qloak("tenant", "add", "eve")
        rows = [line.split("  ") for line in qloak("tenant", "ls").out.splitlines()]
        found = {row[0].strip(): [cell.strip() for cell in row if cell.strip()][-2:] for row in rows}
        assert found == {
            "name": ["objects", "qubits"],
            "ada": ["0 of 5", "0"],
            "bob": ["0 of 0", "0 of 7"],
            "eve": ["-", "-"],
        }

    def test_limits_can_be_changed(self):
        qloak("tenant", "add", "ada", "--max-objects", 5)
        assert qloak("tenant", "limit", "ada", "--max-qubits", 9).out == "ada: objects 0, qubits 0 of 9\n"
        assert qloak("tenant", "limit", "ada").out == "ada: objects -, qubits -\n"
        document = qloak("tenant", "limit", "ada", "--max-objects", 1, "--json").json()
        assert (document["schema"], document["max_objects"]) == ("qloak.tenant/1", 1)

    @pytest.mark.parametrize("option", ["--max-objects", "--max-qubits"])
    @pytest.mark.parametrize("value", ["-1", "many", "1.5", "1" * 30, "999999999999999999"])
    def test_numbers_that_are_none(self, option, value):
        refused(qloak("tenant", "add", "ada", option, value), option.removeprefix("--max-"))
        assert qloak("tenant", "ls", "--json").json()["tenants"] == []

    def test_nobody(self):
        refused(qloak("tenant", "limit", "nobody"), "nobody")
