#!/usr/bin/env python3
"""Qloak's one command for users and developers: `python3 x.py COMMAND [ARGUMENTS...]`.

It needs nothing but Python 3.11 or newer. Every command first makes `.venv` hold what it needs, pinned by
hash, and returns at once where it already does. Progress goes to stderr, so stdout stays the command's own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator, NoReturn, TextIO

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
# What the environment holds: the lock's name, the fingerprint of what went in, the place it was made for.
STAMP = VENV / "x-stamp"
OLDEST = (3, 11)
NEWEST_TO_LOOK_FOR = 13

LOCKS = {
    # lock: what goes into it, as options of `uv pip compile`. The order matters: run.lock takes its versions
    # from dev.lock, so that an environment made for tests also serves the demo.
    "dev": ["pyproject.toml", "--all-extras", "--group", "dev"],
    "run": ["pyproject.toml", "--extra", "serve", "--group", "build", "--constraint", "dev.lock"],
    "uv-bootstrap": ["--group", "bootstrap"],
}


# --- commands ------------------------------------------------------------------------------------------------


def demo(arguments: list[str]) -> int:
    """encrypt, lose all providers but one, redeem: `qloak demo` with the same arguments"""
    ensure("run")
    return become(BIN / "qloak", "demo", *arguments)


def serve(arguments: list[str]) -> int:
    """serve a vault with six embedded providers on this machine: `qloak serve` with the same arguments"""
    ensure("run")
    return become(BIN / "qloak", "serve", *arguments)


def test(arguments: list[str]) -> int:
    """everything CI runs; with arguments, only pytest with those arguments"""
    ensure("dev")
    os.chdir(ROOT)
    if arguments:
        return become(PYTHON, "-m", "pytest", *arguments)
    report = ROOT / "build" / "junit.xml"
    report.unlink(missing_ok=True)
    coverage = ["--cov", "--cov-report=term:skip-covered", f"--junitxml={report}"]
    steps = {
        **static_checks(),
        "docs": sphinx(),
        "tests": [PYTHON, "-m", "pytest", "-q", "-n", "auto", *coverage],
        "core coverage": [PYTHON, "-m", "coverage", "report", "--include=src/qloak/core/*", "--fail-under=100"],
    }
    failed = run_steps(steps)
    print(closing_line(report))
    return 1 if failed else 0


def check(arguments: list[str]) -> int:
    """the quick loop: lint, types, layers and the fast tests"""
    ensure("dev")
    os.chdir(ROOT)
    tests = [PYTHON, "-m", "pytest", "-q", "-n", "auto", "-m", "not slow", *arguments]
    return 1 if run_steps({**static_checks(), "fast tests": tests}) else 0


def setup(arguments: list[str]) -> int:
    """make .venv hold everything for development (the other commands do this too)"""
    expect_none(arguments)
    ensure("dev")
    return 0


def lock(arguments: list[str]) -> int:
    """recompile the lock files after a change of dependencies; --upgrade takes newer versions"""
    with one_at_a_time():
        make_venv()
        uv = bootstrap_uv()
    if uv is None:
        stop("uv could not be installed, and only uv can compile the locks")
    os.chdir(ROOT)
    # No flag here may record where packages came from: everybody has their own mirror.
    flags = ["--universal", "--python-version", "3.11", "--generate-hashes", "--only-binary", ":all:"]
    flags += ["--no-emit-index-url", "--no-emit-find-links", "--no-header", "--quiet"]
    for name, inputs in LOCKS.items():
        target = ROOT / f"{name}.lock"
        if call(uv, "pip", "compile", *inputs, *flags, *arguments, "--output-file", target.name, stdout=sys.stderr):
            stop(f"{target.name} could not be compiled")
        target.write_text(lock_header() + target.read_text(encoding="utf-8"), encoding="utf-8")
    return 0


def bench(arguments: list[str]) -> int:
    """run benchmarks/NAME.py with the remaining arguments; without NAME, list them"""
    scripts = {path.stem: path for path in sorted((ROOT / "benchmarks").glob("[!_]*.py"))}
    if not arguments:
        print("\n".join(scripts) or "there are no benchmarks yet")
        return 0
    if arguments[0] not in scripts:
        stop(f"no benchmark {arguments[0]!r}; there are: {', '.join(scripts) or 'none yet'}", 2)
    ensure("dev")
    return become(PYTHON, scripts[arguments[0]], *arguments[1:])


def docs(arguments: list[str]) -> int:
    """build the documentation into docs/_build/html"""
    ensure("dev")
    os.chdir(ROOT)
    return become(*sphinx(), *arguments)


COMMANDS = {function.__name__: function for function in (demo, test, serve, check, setup, lock, bench, docs)}


# --- steps of `test` and `check` -----------------------------------------------------------------------------


def static_checks() -> dict[str, list[object]]:
    """Name -> command of everything that reads the code without running it."""
    return {
        "lint": [PYTHON, "-m", "ruff", "check"],
        "format": [PYTHON, "-m", "ruff", "format", "--check"],
        "types": [PYTHON, "-m", "mypy"],
        "layers": [BIN / "lint-imports"],
        "spelling": [PYTHON, "-m", "codespell_lib"],
    }


def sphinx() -> list[object]:
    """The command that builds the documentation, warnings being errors."""
    out = ROOT / "docs" / "_build"
    return [PYTHON, "-m", "sphinx", "-W", "--keep-going", "-q", "-d", out / "doctrees", ROOT / "docs", out / "html"]


def run_steps(steps: dict[str, list[object]]) -> list[str]:
    """Runs all steps, also after a failure, so that one run shows everything; returns those that failed."""
    failed = []
    began = time.monotonic()
    for name, command in steps.items():
        print(f"── {name}", flush=True)
        if call(*command):
            failed.append(name)
    seconds = time.monotonic() - began
    print(f"── {len(steps) - len(failed)} of {len(steps)} steps passed in {seconds:.0f} s", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return failed


def closing_line(report: Path) -> str:
    """`N passed, N failed, N skipped` from pytest's JUnit report: the last line for whoever reads the log."""
    from xml.etree import ElementTree

    if not report.exists():
        return "0 passed, 1 failed"
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        for key in totals:
            totals[key] += int(suite.get(key, 0))
    bad = totals["failures"] + totals["errors"]
    return f"{totals['tests'] - bad - totals['skipped']} passed, {bad} failed, {totals['skipped']} skipped"


# --- the environment -----------------------------------------------------------------------------------------


def ensure(name: str) -> None:
    """Makes `.venv` hold the lock `name` ("run" or "dev") and Qloak itself; at once where it already does."""
    if is_ready(name):
        return
    with one_at_a_time():
        if is_ready(name):
            return
        # dev.lock holds all of run.lock, so an environment made for tests stays one when the demo refreshes it.
        name = "dev" if read_stamp()[0] == "dev" else name
        began = time.monotonic()
        say(f"installing {name}.lock into .venv")
        make_venv()
        STAMP.write_text("none", encoding="utf-8")
        install(name)
        STAMP.write_text(f"{name}\n{fingerprint(name)}\n{VENV}", encoding="utf-8")
        say(f"installed in {time.monotonic() - began:.0f} s")


def is_ready(name: str) -> bool:
    """Whether `.venv` holds at least the lock `name`, as it is now, for this Python and this place."""
    held, digest, place = read_stamp()
    return held in (name, "dev") and place == str(VENV) and PYTHON.exists() and digest == fingerprint(held)


def read_stamp() -> tuple[str, str, str]:
    """The three lines of the stamp, empty where there is none or an installation was interrupted."""
    try:
        held, digest, place = STAMP.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        return "", "", ""
    return held, digest, place


def fingerprint(name: str) -> str:
    """SHA-256 over all that decides what an installation of the lock `name` gives."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for part in (f"{name}.lock", "uv-bootstrap.lock", "pyproject.toml", "src/qloak/_version.py"):
        digest.update((ROOT / part).read_bytes())
    return digest.hexdigest()


def make_venv() -> None:
    """Makes `.venv`, or makes it anew where it is broken, of another Python, or was moved."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    moved = read_stamp()[2] not in ("", str(VENV))
    if not moved and PYTHON.exists() and output(PYTHON, "-c", question) == version:
        return
    import venv

    venv.create(VENV, clear=True, symlinks=os.name != "nt")


def install(name: str) -> None:
    """Installs a lock by hash and Qloak itself, editable, with nothing fetched that is not in the lock.

    uv is much faster, but does not read pip's configuration: where only pip knows the way to a mirror or
    through a proxy, pip does it.
    """
    packages = ["--require-hashes", "--only-binary", ":all:", "--requirement", f"{name}.lock"]
    project = ["--no-deps", "--no-build-isolation", "--no-index", "--editable", "."]
    uv = bootstrap_uv()
    if uv is not None:
        by_uv = [uv, "pip", "install", "--quiet", "--python", PYTHON]
        if not call(*by_uv, *packages, stdout=sys.stderr, cwd=ROOT):
            if call(*by_uv, *project, stdout=sys.stderr, cwd=ROOT):
                stop("Qloak itself could not be installed")
            return
    say("uv did not work here; using pip, which takes longer")
    by_pip = [*pip(), "install", "--quiet"]
    for what in (packages, project):
        if call(*by_pip, *what, stdout=sys.stderr, cwd=ROOT):
            stop(f"pip could not install {name}.lock; its message is above")


def bootstrap_uv() -> Path | None:
    """The pinned uv inside `.venv`, or None where it cannot be had."""
    packages = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement", "uv-bootstrap.lock"]
    failed = call(*pip(), "install", *packages, stdout=sys.stderr, cwd=ROOT)
    return None if failed else BIN / ("uv.exe" if os.name == "nt" else "uv")


def pip() -> list[object]:
    """A pip that installs into `.venv`: its own, or the one of the Python that runs this file.

    Debian's Python has no ensurepip without the package python3-venv, hence the second.
    """
    own = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
    if output(*own, "--version") or (output(PYTHON, "-m", "ensurepip") and output(*own, "--version")):
        return own
    outer = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", PYTHON]
    if not output(*outer, "--version"):
        stop("this Python has no pip; install it (on Debian and Ubuntu: apt install python3-venv)")
    return outer


def lock_header() -> str:
    """The first line of a lock: what it was compiled from, so that a test without a network sees it is stale."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    inputs = [project["project"][key] for key in ("requires-python", "dependencies", "optional-dependencies")]
    digest = hashlib.sha256(repr([*inputs, project["dependency-groups"], LOCKS]).encode()).hexdigest()
    return f"# Written by `python3 x.py lock` from the dependencies with digest {digest[:32]}.\n"


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Holds the lock under which `.venv` changes, so that two of these commands may start together."""
    if os.name == "nt":
        yield
        return
    import fcntl

    with (ROOT / ".x-lock").open("w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another x.py to finish installing")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# --- processes -----------------------------------------------------------------------------------------------


def call(*command: object, stdout: TextIO | None = None, cwd: Path | None = None) -> int:
    """Runs a command and returns its exit code; on ctrl-C it lets the command end in its own way first."""
    process = subprocess.Popen([str(part) for part in command], stdout=stdout, cwd=cwd)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.wait()
        raise
    return code if code >= 0 else 128 - code


def become(*command: object) -> int:
    """Ends with a command: it takes this process over, so that signals and its exit code are its own."""
    sys.stdout.flush()
    if os.name == "nt":
        return call(*command)
    parts = [str(part) for part in command]
    return os.execv(parts[0], parts)


def output(*command: object) -> str:
    """What a command prints, or nothing where it fails or does not exist."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def say(message: str) -> None:
    """One line of progress on stderr."""
    print(f"x.py: {message}", file=sys.stderr, flush=True)


def stop(message: str, code: int = 1) -> NoReturn:
    """Ends with a message and an exit code."""
    say(message)
    raise SystemExit(code)


def expect_none(arguments: list[str]) -> None:
    """Refuses arguments of a command that takes none."""
    if arguments:
        stop(f"unexpected argument {arguments[0]!r}", 2)


def rerun_with_newer_python() -> int:
    """Starts this file again with a Python that is new enough, if one is on the PATH."""
    question = "import sys; print(sys.version_info >= (%d, %d))" % OLDEST
    for minor in range(NEWEST_TO_LOOK_FOR, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        # A name on the PATH may be a wrapper that refuses to run, so it is asked.
        if found and output(found, "-c", question) == "True":
            return become(found, __file__, *sys.argv[1:])
    stop("Qloak needs Python %d.%d or newer, this is %d.%d" % (*OLDEST, *sys.version_info[:2]))


def main(arguments: list[str]) -> int:
    """Runs one command; the exit code is the command's, 130 after ctrl-C."""
    if sys.version_info < OLDEST:
        return rerun_with_newer_python()
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print(__doc__.split("\n")[0], end="\n\n")
        for name, function in COMMANDS.items():
            print(f"  {name:8}{function.__doc__}")
        return 0
    if arguments[0] not in COMMANDS:
        stop(f"no command {arguments[0]!r}; there are: {', '.join(COMMANDS)}", 2)
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
