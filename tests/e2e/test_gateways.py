"""Gateways as processes, reached over loopback: many clients at once, two gateways of one vault, an orderly end."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from benchmarks._servers import Servers, make_token
from qloak.errors import ConflictError, KeyConsumedError, QloakError
from qloak.service.client import RemoteClient
from qloak.storage.http import HttpCaller
from tests.postgres import fresh_database, running_server

RIVALS = 64
STATE = {"bloch": [0.7, 2.1]}

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def single(tmp_path_factory) -> Iterator[list[RemoteClient]]:
    """One gateway with embedded providers, its ledger in SQLite."""
    folder = tmp_path_factory.mktemp("single")
    with Servers(folder) as servers:
        vault = servers.found("vault")
        secret = make_token(vault)
        client = RemoteClient(HttpCaller(servers.gateway(vault).url, secret, timeout_seconds=60.0))
        yield [client]
        client.close()


@pytest.fixture(scope="module")
def replicas(tmp_path_factory) -> Iterator[list[RemoteClient]]:
    """Two gateways of one vault: the ledger in PostgreSQL, one world, six providers behind HTTP."""
    folder = tmp_path_factory.mktemp("replicas")
    with running_server() as postgres, Servers(folder) as servers:
        ledger = fresh_database(postgres, "gateways")
        clouds = servers.clouds(together=True)
        vaults = [servers.found(name, clouds, ledger=ledger) for name in ("first", "second")]
        secret = make_token(vaults[0], ledger=ledger)
        urls = [servers.gateway(vault).url for vault in vaults]
        clients = [RemoteClient(HttpCaller(url, secret, timeout_seconds=60.0)) for url in urls]
        yield clients
        for client in clients:
            client.close()


@pytest.fixture(params=["single", "replicas"])
def clients(request) -> list[RemoteClient]:
    return request.getfixturevalue(request.param)


def at_once(clients: list[RemoteClient], call) -> list:
    """RIVALS calls, started together, spread over the gateways: answers or errors."""
    start = threading.Barrier(RIVALS)

    def one(number: int):
        start.wait()
        try:
            return call(clients[number % len(clients)], number)
        except QloakError as error:
            return error

    with ThreadPoolExecutor(RIVALS) as pool:
        return list(pool.map(one, range(RIVALS)))


def test_of_many_redemptions_at_once_one_succeeds(clients):
    stored = clients[0].put(STATE)["id"]
    answers = at_once(clients, lambda client, i: client.redeem(stored, idempotency_key=f"{stored}-{i}"))
    (winner,) = [number for number, answer in enumerate(answers) if isinstance(answer, dict)]
    receipt = answers[winner]
    refused = Counter(answer.code for answer in answers if not isinstance(answer, dict))
    assert sum(refused.values()) == RIVALS - 1
    assert set(refused) <= {"key-consumed", "redeem-in-progress"}
    # Whoever asks again under the winner's key gets the same answer, at every gateway; nobody else ever does.
    for client in clients:
        assert client.redeem(stored, idempotency_key=f"{stored}-{winner}") == receipt
        with pytest.raises(KeyConsumedError):
            client.redeem(stored, idempotency_key=f"{stored}-{winner - 1}")
        with pytest.raises(KeyConsumedError):
            client.redeem(stored)
    assert clients[-1].object(stored)["handle"] == receipt["handle"]
    assert clients[-1].peek(receipt["handle"], expected=STATE)["fidelity"] == pytest.approx(1, abs=1e-9)


def test_repeats_at_once_get_one_answer(clients):
    stored = clients[0].put(STATE)["id"]

    def patient(client: RemoteClient, _: int):
        deadline = time.monotonic() + 60
        while True:
            try:
                return client.redeem(stored, idempotency_key=f"{stored}-same")
            except ConflictError as error:
                if error.code not in ("redeem-in-progress", "conflict") or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    answers = at_once(clients, patient)
    assert all(isinstance(answer, dict) for answer in answers), Counter(map(str, answers))
    assert len({answer["handle"] for answer in answers}) == 1
    assert all(answer == answers[0] for answer in answers)


def test_puts_under_one_key_at_once_store_once(clients):
    key = f"put-{len(clients)}"
    name = f"once-{len(clients)}"

    def put(client: RemoteClient, _: int):
        from qloak.storage.vault.client import PutOptions

        return client.put(STATE, PutOptions(name=name), idempotency_key=key)

    answers = at_once(clients, put)
    made = {answer["id"] for answer in answers if isinstance(answer, dict)}
    assert len(made) == 1
    assert {answer.code for answer in answers if not isinstance(answer, dict)} <= {"conflict"}
    # The name would be ambiguous if there were two.
    assert clients[-1].object(name)["id"] in made


def test_check_finds_nothing_afterwards(clients):
    findings = [finding for finding in clients[0].check()["findings"] if finding["severity"] != "note"]
    assert findings == []


def test_gateway_ends_in_good_order_while_somebody_listens(tmp_path):
    with Servers(tmp_path) as servers:
        vault = servers.found("vault")
        headers = {"Authorization": f"Bearer {make_token(vault)}"}
        gateway = servers.gateway(vault)
        with httpx2.Client(base_url=gateway.url, headers=headers, timeout=30) as client:
            with client.stream("GET", "/v1/events") as stream:
                lines = stream.iter_lines()
                assert next(lines) == "retry: 1000"
                stored = client.post("/v1/objects", json={"source": STATE}).json()
                data = [json.loads(next(line for line in lines if line.startswith("data:"))[5:])]
                while "state" not in data[-1]:
                    data.append(json.loads(next(line for line in lines if line.startswith("data:"))[5:]))
                steps = [item["step"] for item in data]
                assert (steps[0], steps.count("deposited"), steps[-1]) == ("begun", 6, "stored")
                assert {item["object"] for item in data} == {stored["id"]}
                began = time.monotonic()
                gateway.child.terminate()
                # The stream ends as it should, not by a broken connection.
                assert not [line for line in lines if line.startswith("data:")]
            assert gateway.child.wait(30) in (0, -15)
            # Much sooner than the server would have waited for a stream that does not end.
            assert time.monotonic() - began < 9
        again = servers.gateway(vault)
        with httpx2.Client(base_url=again.url, headers=headers, timeout=30) as client:
            assert client.get(f"/v1/objects/{stored['id']}").json()["state"] == "stored"
            assert client.get("/healthz").json() == client.get("/readyz").json() == {"status": "ok"}
