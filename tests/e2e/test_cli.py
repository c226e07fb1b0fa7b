"""The command line as a process: installed entry point, pipes, interrupts, encodings, start-up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import stim

from tests.flows import carries

QLOAK = [sys.executable, "-c", "from qloak.cli import main; main()"]
SCRIPT = Path(sys.executable).with_name("qloak")


def run(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    environment = os.environ | options.pop("env", {})
    return subprocess.run(
        [*QLOAK, *arguments], capture_output=True, text=True, check=False, env=environment, timeout=60, **options
    )


def test_the_installed_script_tells_the_story():
    ran = subprocess.run([SCRIPT, "demo", "--seed", "1", "--json"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    steps = {step["step"]: step for step in json.loads(ran.stdout)["steps"]}
    assert abs(steps["redeem"]["fidelity"] - 1) < 1e-12


def test_data_on_stdout_and_errors_on_stderr():
    ran = run("access", "--clones", "3", "--holding", "S9", "--json")
    assert ran.returncode == 2
    assert json.loads(ran.stdout)["code"] == "unknown-name"
    assert ran.stderr == "qloak: qubit: got 'S9', expected A, S1 to S3 or N1 to N3.\n"


def test_a_circuit_through_a_pipe_and_back(tmp_path):
    """stdout of one command is the input of the next, by way of a file and of stim's own reader."""
    ran = run("circuit", "--clones", "6", "--clone", "S4", "--method", "measured", "--format", "qasm3")
    path = tmp_path / "c.qasm"
    path.write_text(ran.stdout)
    back = run("convert", str(path))
    assert (back.returncode, back.stderr) == (0, "")
    assert carries(stim.Circuit(back.stdout), 0, 4)


def test_a_reader_that_goes_away_is_no_fault_of_ours():
    command = [*QLOAK, "circuit", "--clones", "20000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()
        process.wait(timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_says_so():
    program = (
        "import os, signal, qloak.cli.access as access\n"
        "from qloak.cli import main\n"
        "def stop(*_): os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(30)\n"
        "access.build_scheme = stop\n"
        "main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "access", "--clones", "3", "--all", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert (ran.returncode, ran.stderr) == (130, "qloak: Interrupted.\n")
    assert json.loads(ran.stdout)["exit_code"] == 130


FAULTY = "import qloak.cli.access as access\nfrom qloak.cli import main\naccess.build_scheme = lambda *_: 1 / 0\nmain()"


def test_a_fault_of_our_own_is_one_line():
    command = [sys.executable, "-c", FAULTY, "access", "--clones", "3", "--all"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.count("\n") == 1
    assert "internal error (ZeroDivisionError: division by zero)" in ran.stderr
    detailed = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"QLOAK_TRACEBACK": "1"}
    )
    assert detailed.returncode == 1
    assert "Traceback" in detailed.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_terminals_of_other_encodings(encoding):
    ran = run("demo", "--clones", "20", "--seed", "1", env={"PYTHONIOENCODING": encoding})
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "state fidelity 1.000000000000" in ran.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names that are no text")
def test_file_names_that_are_no_text(tmp_path):
    name = os.fsencode(tmp_path) + b"/ghz-\xff.qasm"
    with open(name, "wb") as file:  # noqa: PTH123, the name is bytes
        file.write(b'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit q;\nh q;\n')
    for options in ((), ("--json",)):
        ran = run("demo", "--clones", "2", "--qasm", os.fsdecode(name), *options, env={"PYTHONIOENCODING": "utf-8"})
        assert (ran.returncode, ran.stderr) == (0, "")
    assert "ghz-\udcff.qasm" in json.loads(ran.stdout)["steps"][0]["source"]
    missing = run("demo", "--qasm", os.fsdecode(name) + "x", env={"PYTHONIOENCODING": "utf-8"})
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)


def test_completion_offers_the_commands():
    ran = run(env={"_QLOAK_COMPLETE": "complete_bash", "COMP_WORDS": "qloak ", "COMP_CWORD": "1"})
    assert {"demo", "access", "circuit", "convert", "version"} <= set(ran.stdout.split())
    # The shell is named: detection looks for one among the processes above, and servers have none there.
    named = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    assert "_QLOAK_COMPLETE" in run("--show-completion", "bash", env=named).stdout


def test_help_loads_nothing_heavy():
    program = (
        "import sys\nfrom qloak.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('stim', 'numpy', 'qiskit', 'jinja2', 'openqasm3') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("arguments", [["version"], ["access", "--clones", "3", "--all", "--json"], ["--help"]])
def test_a_full_disk_is_no_fault_of_ours(arguments):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([*QLOAK, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr == "qloak: The output cannot be written: No space left on device.\n"
