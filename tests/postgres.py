"""A PostgreSQL server for tests: really started, its data in a temporary folder, reachable from this machine only.

The server refuses to run as root, so that then an unprivileged user runs it.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_SECONDS = 40.0


def binaries() -> Path | None:
    """Where the newest server's programs are; None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def unprivileged() -> dict[str, int | list[int]]:
    """Arguments for `subprocess` that make a program run as somebody harmless, where we are root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return {}


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """Start a server and stop it at the end.

    Yields:
        Where it listens, as the part of a URL after the database's name: `?host=FOLDER&user=…`.
    """
    programs = binaries()
    if programs is None:
        reason = "no PostgreSQL server on this machine (Debian: apt-get install postgresql)"
        # Nothing may be skipped unseen where all tests have to run.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    # A Unix socket's path must be short, and every parent folder open to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="qloak-pg-", dir="/tmp"))
    identity = unprivileged()
    try:
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        run = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, **identity}
        data = folder / "data"
        initdb = [programs / "initdb", "-D", data, "-U", "qloak", "--auth=trust", "-E", "UTF8", "--no-sync"]
        made = subprocess.run(initdb, capture_output=True, text=True, check=False, **run)
        assert made.returncode == 0, made.stderr
        options = {
            "listen_addresses": "",
            "unix_socket_directories": folder,
            "max_connections": "120",
            "shared_buffers": "32MB",
            # Data of a test need not outlive a power loss.
            "fsync": "off",
        }
        command = [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in options.items())]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, **run)
        try:
            _wait(server, programs, folder, run)
            yield f"?host={folder}&user=qloak"
        finally:
            # The immediate shutdown: nobody needs the data any more.
            server.send_signal(signal.SIGQUIT)
            server.wait(_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], programs: Path, folder: Path, run: dict[str, object]) -> None:
    ask = [programs / "pg_isready", "-q", "-h", folder, "-U", "qloak", "-d", "postgres"]
    deadline = time.monotonic() + _SECONDS
    while subprocess.run(ask, check=False, **run).returncode:
        said = (folder / "log").read_text(errors="replace")
        assert server.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.05)


def fresh_database(server: str, name: str) -> str:
    """An empty database on a running server, emptied if it is there already; its URL."""
    import psycopg

    settings = dict(part.split("=", 1) for part in server.removeprefix("?").split("&"))
    with psycopg.connect(dbname="postgres", autocommit=True, **settings) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}"')
        else:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            # Several times quicker than a new database.
            with psycopg.connect(dbname=name, autocommit=True, **settings) as inside:
                inside.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return f"postgresql:///{name}{server}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A running server; import this fixture into a conftest to use it."""
    with running_server() as server:
        yield server
