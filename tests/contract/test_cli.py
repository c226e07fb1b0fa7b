"""The command line's contract: every command alike in help, --json, errors; documented JSON keeps its names."""

from __future__ import annotations

import re

import pytest
import typer

from qloak.cli import app
from tests.unit.cli.commands import qloak, refused, refused_in_json


def commands() -> dict[str, typer.core.TyperCommand]:
    """Every command by its words."""

    def walk(group, words):
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from walk(command, [*words, name])
            else:
                yield " ".join([*words, name]), command

    return dict(walk(typer.main.get_command(app), []))


COMMANDS = commands()


def test_the_commands_of_the_first_release_are_there():
    assert {"demo", "access", "circuit", "convert", "version"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
class TestEveryCommand:
    def test_prints_help(self, name):
        ran = qloak(*name.split(), "--help")
        assert (ran.code, ran.err) == (0, "")
        assert f"Usage: qloak {name}" in ran.out

    def test_says_what_it_is_for(self, name):
        assert re.match(r"[A-Z][^\n]*\.", COMMANDS[name].help)
        for option in COMMANDS[name].params:
            assert option.help, f"{name} {option.name}"

    def test_speaks_json(self, name):
        assert "--json" in [word for option in COMMANDS[name].params for word in option.opts]

    def test_options_have_long_names(self, name):
        for option in COMMANDS[name].params:
            if option.param_type_name == "option":
                assert any(word.startswith("--") for word in option.opts)

    def test_refuses_an_unknown_option_in_one_line(self, name):
        refused(qloak(*name.split(), "--no-such-option"), "--no-such-option")
        refused_in_json(qloak(*name.split(), "--no-such-option", "--json"), "--no-such-option")


@pytest.mark.parametrize(
    ("arguments", "schema", "keys"),
    [
        (
            ["access", "--clones", 3, "--holding", "S1,N2,N3"],
            "qloak.access/1",
            {"clones": int, "holding": list, "class": str, "leaks": list, "information_bits": float},
        ),
        (["access", "--clones", 3, "--all"], "qloak.access/1", {"clones": int, "counts": dict}),
        (["circuit", "--clones", 3, "-o", "/dev/null"], "qloak.circuit/1", {"clones": int, "stage": str}),
        (["demo", "--seed", 1], "qloak.demo/1", {"clones": int, "seed": int, "steps": list}),
        (["version"], "qloak.version/1", {"version": str, "python": str}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_documented_json_keeps_its_names_and_types(arguments, schema, keys):
    ran = qloak(*arguments, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("\n") == 1
    document = ran.json()
    assert document["schema"] == schema
    assert {key: type(document[key]) for key in keys} == keys


PREDICTION = {"entanglement_fidelity": float, "average_fidelity": float}
OBJECT = {"id": str, "name": str, "state": str, "tenant": str, "num_qubits": int, "clones": int, "custody": str}
RECEIPT = {"object": str, "handle": str, "num_qubits": int, "clones_used": list, "verified": str, "predicted": dict}


STORY = [
    (["vault", "init", "--providers", "a,b"], "qloak.vault/1", {"id": str, "folder": str, "providers": list}),
    (["put", "--random", "--name", "x", "--dry-run"], "qloak.put-plan/1", {"qubits": int, "two_qubit_gates": int}),
    (["put", "--bloch", "1,2", "--name", "x"], "qloak.object/1", OBJECT | {"placements": list, "emulated": bool}),
    (["show", "x"], "qloak.object/1", OBJECT | {"health": dict, "emulated": bool}),
    (["ls"], "qloak.objects/1", {"objects": list, "next": type(None)}),
    (["refresh", "x"], "qloak.object/1", OBJECT),
    (["export", "x", "-o", "/dev/null"], "qloak.export/1", {"form": str, "output": str}),
    (["get", "x", "--expect-bloch", "1,2"], "qloak.redeem/1", RECEIPT | {"fidelity": float, "emulated": bool}),
    (["register", "ls"], "qloak.registers/1", {"registers": list}),
    (["register", "new", "--ghz", 2], "qloak.register/1", {"handle": str, "num_qubits": int, "live": bool}),
    (["provider", "ls"], "qloak.providers/1", {"providers": list}),
    (["provider", "fail", "a"], "qloak.provider/1", {"name": str, "up": bool, "reason": str}),
    (["provider", "recover", "a"], "qloak.provider/1", {"name": str, "up": bool, "capacity": int, "used": int}),
    (["tenant", "add", "ada"], "qloak.tenant/1", {"name": str, "created": float}),
    (["tenant", "ls"], "qloak.tenants/1", {"tenants": list}),
    (["token", "create"], "qloak.token/1", {"id": str, "token": str, "scopes": list, "expires": type(None)}),
    (["token", "list"], "qloak.tokens/1", {"tokens": list}),
    (["audit"], "qloak.audit/1", {"entries": list}),
    (["vault", "check"], "qloak.check/1", {"findings": list}),
]
"""One after the other, on one vault: command, schema, some keys and their types."""


def test_documents_of_the_store_keep_their_names_and_types(tmp_path, monkeypatch):
    monkeypatch.delenv("QLOAK_URL", raising=False)
    monkeypatch.setenv("QLOAK_VAULT", str(tmp_path / "vault"))
    for arguments, schema, keys in STORY:
        ran = qloak(*arguments, "--json")
        assert (ran.code, ran.err) == (0, ""), arguments
        document = ran.json()
        assert document["schema"] == schema
        assert {key: type(document[key]) for key in keys} == keys, arguments
        if arguments[0] == "show":
            health = document["health"]
            assert {"surviving_clones", "needed_clones", "recoverable", "warnings"} <= set(health)
            assert set(health["predicted"]) == {"now", "in_one_hour"}
            assert {key: type(value) for key, value in health["predicted"]["now"].items()} == PREDICTION
            assert {"parties", "class", "leaks"} <= set(health["who_can_read"][0])


def test_the_story_has_its_steps_and_the_redeem_step_its_fidelity():
    document = qloak("demo", "--clones", 3, "--seed", 1, "--json").json()
    steps = {step["step"]: set(step) - {"step"} for step in document["steps"]}
    assert steps["prepare"] >= {"source", "bloch"}
    assert steps["encrypt"] >= {"qubits", "two_qubit_gates"}
    assert steps["look"] >= {"providers"}
    assert steps["who-can-read"] >= {"coalitions"}
    assert steps["collude"] >= {"operator", "means", "component", "inputs"}
    assert steps["lose"] >= {"lost", "survivor"}
    assert steps["redeem"] >= {"clone", "fidelity", "bloch", "key_measurements", "chsh"}
    assert steps["redeem-again"] >= {"refused", "code", "message", "exit_code"}
    assert steps["missing-key"] >= {"missing", "access", "depends_on_input", "bloch", "register_recovered", "fidelity"}
