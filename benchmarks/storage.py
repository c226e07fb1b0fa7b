"""How much the store does: in process, over HTTP, with six provider processes, with a million objects.

    bulk       10,000 one-qubit objects, n = 6, put and redeemed in process on SQLite; bytes on disk for each
    http       a gateway with embedded providers: puts and redemptions at an offered rate, latencies from the
               moment when each was due; then as many as possible; memory of the gateway before and after
    memory     of that gateway after every thousand pairs
    providers  the same maximum with a world and six providers as processes of their own
    pages      pages of `ls` among 1,000,000 objects
    malformed  10,000 requests that are wrong somewhere: none may be answered by a 5xx
    generated  requests made up from the gateway's description

    python3 x.py bench storage [--parts bulk,http,memory,providers,pages,malformed] [--count 10000] [--seconds 10]

Targets are printed beside what was measured, with the machine's load: servers, clients and databases share its
cores, so that a loaded machine makes every figure worse. The CPU of servers and client is given for each pair; a
gateway is one process that runs Python on one core at a time, so that a thousand divided by its milliseconds is
the most that it could do.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent))

from _gateway import http, line, memory, memory_flat, providers
from _load import Connection, Figures
from _servers import Process, Servers, make_token

if TYPE_CHECKING:
    from qloak.storage.vault import Vault

MANY = 1_000_000
PAGES = 200


# --- bulk ------------------------------------------------------------------------------------------------------------


def bulk(arguments: argparse.Namespace, folder: Path) -> None:
    import numpy as np

    from qloak.simulators import Register
    from qloak.storage.vault import PutRequest, RedeemRequest, Vault, VaultOptions

    count = arguments.count
    rng = np.random.default_rng(1)
    registers = [Register.random(1, rng) for _ in range(count)]
    vault = Vault.init(folder / "bulk", VaultOptions())
    puts = [PutRequest(register=register) for register in registers]
    stored = _rate(f"put, {count:,} objects", "1,000 a second", lambda: vault.put_many(puts))
    _on_disk(vault, "stored")
    redeems = [RedeemRequest(object_id=record.object_id) for record in stored]
    redeemed = _rate("redeem", "1,000 a second", lambda: vault.redeem_many(redeems))
    for record, register in zip(redeemed[:100], registers[:100], strict=True):
        assert vault.workbench.fidelity("local", record.handle, register) > 1 - 1e-9
    _rate("clean-up of the clones that were not used", "", lambda: _free(vault, count))
    _on_disk(vault, "redeemed and cleaned up")
    vault.close()
    line("largest memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _free(vault: Vault, count: int) -> list[Any]:
    while vault.free_junk():
        pass
    return [None] * count


def _rate(what: str, target: str, call: Callable[[], list[Any]]) -> list[Any]:
    wall, used = time.perf_counter(), time.process_time()
    answers = call()
    wall, used = time.perf_counter() - wall, time.process_time() - used
    failed = [answer for answer in answers if isinstance(answer, Exception)]
    assert not failed, failed[0]
    target = f"target {target}" if target else ""
    line(what, f"{len(answers) / wall:,.0f} a second", f"{target} ({len(answers) / used:,.0f} per second of CPU)")
    return answers


def _on_disk(vault: Vault, what: str) -> None:
    import sqlite3

    assert vault.folder is not None
    total = 0
    for path in sorted(vault.folder.glob("*.db")):
        with sqlite3.connect(path) as connection:
            # What is still in the log is not counted twice.
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        connection.close()
        total += path.stat().st_size
    count = sum(vault.ledger.count().values())
    line(f"on disk, {what}", f"{total / count:,.0f} bytes an object", "target 4,096 with all parts")


# --- pages -----------------------------------------------------------------------------------------------------------


def pages(arguments: argparse.Namespace, folder: Path) -> None:
    import numpy as np

    from qloak.simulators import Register
    from qloak.storage.vault import PutRequest, Vault, VaultOptions
    from qloak.storage.vault.local_client import LocalClient

    vault = Vault.init(folder / "pages", VaultOptions())
    model = vault.put(PutRequest(register=Register.random(1, np.random.default_rng(1))))
    began = time.perf_counter()
    _multiply(vault, model.object_id, arguments.objects)
    line(f"rows of {arguments.objects:,} objects written", f"{time.perf_counter() - began:.0f} s")
    client = LocalClient(vault)
    rng = random.Random(1)
    for what, states in (("all states", ()), ("one state of two", ("redeemed",)), ("a rare state", ("lost",))):
        seconds, used = [], time.process_time()
        for _ in range(PAGES):
            after = _id(rng.randrange(arguments.objects))
            start = time.perf_counter()
            page = client.objects(after=after, limit=100, states=states)
            seconds.append(time.perf_counter() - start)
            assert len(page["objects"]) > 0 or states == ("lost",)
        used = (time.process_time() - used) / PAGES * 1e3
        p50, p99 = (float(np.percentile(seconds, percent)) * 1e3 for percent in (50, 99))
        line(f"page of 100, {what}: p50, p99", f"{p50:.1f}, {p99:.1f} ms", f"target 50 ms ({used:.1f} ms of CPU)")
    vault.close()


def _id(number: int) -> str:
    return f"{number:026d}"


def _multiply(vault: Vault, model: str, count: int) -> None:
    """Write rows like an object's, every other redeemed, one in a hundred thousand lost."""
    import sqlalchemy as sa

    from qloak.storage.database import write
    from qloak.storage.ledger import schema

    names = [column.name for column in schema.objects.columns]
    state = "CASE WHEN i % 100000 = 7 THEN 'lost' WHEN i % 2 THEN 'redeemed' ELSE 'stored' END"
    other = {"object_id": "printf('%026d', i)", "name": "''", "state": state}
    chosen = ", ".join(other.get(name, name) for name in names)
    text = (
        f"WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < {count}) "
        f"INSERT INTO objects ({', '.join(names)}) SELECT {chosen} FROM numbers, objects WHERE object_id = :model"
    )
    with write(vault.ledger.engine) as connection:
        connection.execute(sa.text(text), {"model": model})


# --- wrong requests --------------------------------------------------------------------------------------------------

GARBAGE = (b"", b"{", b"null", b"[]", b"\xff\xfe", b'"\\ud800"', b"[" * 5000, b"1e999", b"{}", b'{"source":{}}')
HOSTILE = ("%00", "%ff%fe", "..%2f..", "a" * 300, "';--", "%F0%9F%98%80", "-1", "0", "aurora")
VALUES = ("null", "-1", "1e400", "9" * 500, '"\\u0000"', '"\\ud800"', "[]", "{}", "true", "NaN", '"' + "x" * 3000 + '"')


def malformed(arguments: argparse.Namespace, folder: Path) -> None:
    with Servers(folder) as servers:
        vault = servers.found("vault")
        token = make_token(vault)
        gateway = servers.gateway(vault, requests_per_second=1e6, burst=1e6)
        asyncio.run(_malformed(arguments.requests, gateway, token))


async def _malformed(count: int, gateway: Process, token: str) -> None:
    rng = random.Random(1)
    figures, worst = Figures(), []
    sizes = [memory(gateway)]
    connections = [Connection(gateway.url, token) for _ in range(16)]

    async def some(connection: Connection, number: int) -> None:
        for _ in range(number):
            method, path, body = _wrong_request(rng)
            began = time.perf_counter()
            status, answer = await connection.ask(method, path, body)
            figures.note("request", began, status)
            if status >= 500 and status not in (503, 507):
                worst.append((method, path, body[:200], answer[:300]))

    began = time.perf_counter()
    for _ in range(4):
        await asyncio.gather(*(some(connection, -(-count // 64)) for connection in connections))
        sizes.append(memory(gateway))
    rate = sum(figures.statuses.values()) / (time.perf_counter() - began)
    line(f"{sum(figures.statuses.values()):,} wrong requests", f"{len(worst)} answered by 5xx", "target 0")
    line("  statuses", f"{rate:,.0f} a second", str(dict(sorted(figures.statuses.items()))))
    line("  memory of the gateway, by quarters", ", ".join(f"{size:.0f}" for size in sizes) + " MB", "target flat")
    for request in worst[:5]:
        print("   ", *request)


def _wrong_request(rng: random.Random) -> tuple[str, str, bytes]:
    """A route of the gateway with something wrong in it, at random."""
    verbs = ("redeem", "refresh", "export", "apply", "measure", "split", "give", "peek", "rehearse", "recover")
    kinds = ("objects", "registers", "providers", "tokens", "audit", "plan", "tenants", "nowhere")
    path = f"/v1/{rng.choice(kinds)}"
    if rng.random() < 0.6:
        path += f"/{rng.choice(HOSTILE)}"
        if rng.random() < 0.7:
            path += f"/{rng.choice(verbs)}"
    if rng.random() < 0.3:
        path += f"?{rng.choice(('limit', 'after', 'state', 'form', 'with_input'))}={rng.choice(HOSTILE)}"
    if rng.random() < 0.3:
        body = rng.choice(GARBAGE)
    else:
        kind = rng.choice(("bloch", "qasm", "statevector", "random", "ghz", "bell", "handle"))
        fields = {"source": f'{{"{kind}": {rng.choice(VALUES)}}}'}
        for name in rng.sample(("name", "clones", "providers", "custody", "min_clones", "verify", "letters"), 2):
            fields[name] = rng.choice(VALUES)
        for name in rng.sample(("positions", "program", "tenant", "fault", "strength", "scopes"), 1):
            fields[name] = rng.choice(VALUES)
        # Some of them alone: what is refused for one thing too many hides the rest.
        chosen = dict(rng.sample(sorted(fields.items()), rng.randint(1, len(fields))))
        body = ("{" + ", ".join(f'"{name}": {value}' for name, value in chosen.items()) + "}").encode()
    if rng.random() < 0.2 and body:
        place = rng.randrange(len(body))
        body = body[:place] + bytes([rng.randrange(256)]) + body[place + 1 :]
    return rng.choice(("GET", "POST", "POST", "POST", "DELETE", "PUT")), path, body


def generated(arguments: argparse.Namespace, folder: Path) -> None:
    """Requests by the description, answered in this process."""
    import schemathesis
    from hypothesis import HealthCheck, given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.python import asgi
    from schemathesis.specs.openapi.checks import status_code_conformance

    from qloak.service.gateway import GatewayOptions, create_gateway_app
    from qloak.storage.ledger import Scope
    from qloak.storage.vault import Vault

    with Vault.init(folder / "generated") as vault:
        secret, _ = vault.ledger.tokens.create("local", list(Scope))
        app = create_gateway_app(vault, GatewayOptions(requests_per_second=1e6, burst=1e6, upkeep=False))
        schema = schemathesis.openapi.from_dict(app.openapi())
        schema.app = app
        count = 0
        with asgi.get_client(app) as session:
            session.headers["Authorization"] = f"Bearer {secret}"
            for path, item in app.openapi()["paths"].items():
                for method in item:
                    if path.endswith(("/destroy", "/events", "/{token_id}")):
                        continue

                    @settings(max_examples=arguments.examples, deadline=None, suppress_health_check=list(HealthCheck))
                    @given(case=schema[path][method.upper()].as_strategy())
                    def check(case: schemathesis.Case) -> None:
                        nonlocal count
                        count += 1
                        case.call_and_validate(session=session, checks=[not_a_server_error, status_code_conformance])

                    check()
        line("requests by the description", f"{count:,}", "none by a 5xx, all statuses described")


PARTS = {
    "bulk": bulk,
    "http": http,
    "memory": memory_flat,
    "providers": providers,
    "pages": pages,
    "malformed": malformed,
    "generated": generated,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(PARTS), help="which, separated by commas")
    parser.add_argument("--count", type=int, default=10_000, help="objects of bulk")
    parser.add_argument("--objects", type=int, default=MANY, help="objects of pages")
    parser.add_argument("--requests", type=int, default=10_000, help="wrong requests")
    parser.add_argument("--rate", type=float, default=200.0, help="pairs offered a second")
    parser.add_argument("--pairs", type=int, default=20_000, help="of memory")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load")
    parser.add_argument("--examples", type=int, default=100, help="generated for each route")
    arguments = parser.parse_args()
    wanted = arguments.parts.split(",")
    if unknown := [part for part in wanted if part not in PARTS]:
        parser.error(f"--parts: no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the beginning")
    for part in wanted:
        print(f"{part}:  (load {os.getloadavg()[0]:.1f})")
        with tempfile.TemporaryDirectory(prefix="qloak-bench-") as folder:
            PARTS[part](arguments, Path(folder))


if __name__ == "__main__":
    main()
