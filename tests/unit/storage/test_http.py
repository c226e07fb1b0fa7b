"""Calling a server: retries, errors, and answers that are none."""

from __future__ import annotations

import httpx2
import pytest

from qloak.errors import ConflictError, IntegrityError, LostError, QloakError, UnavailableError, UsageError
from qloak.storage import http
from qloak.storage.http import HttpCaller, error_of
from qloak.storage.provider import HttpProvider
from qloak.storage.world.remote import RemoteWorld


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(http, "_pause", lambda _: None)


class Server:
    """Answers with what it is given, one after the other, the last one for ever."""

    def __init__(self, *answers):
        self.answers, self.requests = list(answers), []

    def caller(self, token="t" * 20, **options) -> HttpCaller:
        return HttpCaller(
            "http://server/", token, client=httpx2.Client(transport=httpx2.MockTransport(self)), **options
        )

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def problem(status, code="conflict", detail="why"):
    return httpx2.Response(status, json={"code": code, "detail": detail})


def test_a_call_says_who_and_what():
    server = Server(httpx2.Response(200, json={"a": 1}))
    value = server.caller().call("GET", "/v1/x", query={"q": 1, "none": None}, headers={"X": "y"})
    [request] = server.requests
    assert value == {"a": 1}
    assert str(request.url) == "http://server/v1/x?q=1"
    assert (request.headers["authorization"], request.headers["x"]) == ("Bearer " + "t" * 20, "y")


@pytest.mark.parametrize("hiccup", [httpx2.ConnectError("no"), httpx2.ReadTimeout("slow"), problem(503), problem(429)])
def test_a_hiccup_is_waited_out(hiccup):
    server = Server(hiccup, hiccup, httpx2.Response(200, json=7))
    assert server.caller().call("POST", "/", body={}) == 7
    assert len(server.requests) == 3


@pytest.mark.parametrize("repeat", [True, False])
def test_patience_has_an_end(repeat):
    server = Server(httpx2.ConnectError("no"))
    with pytest.raises(UnavailableError, match="no answer"):
        server.caller(attempts=4).call("GET", "/", repeat=repeat)
    assert len(server.requests) == (4 if repeat else 1)


def test_a_problem_is_the_error_that_it_names():
    server = Server(problem(409, "conflict", "taken"))
    with pytest.raises(ConflictError, match=r"^taken$"):
        server.caller().call("GET", "/")
    assert len(server.requests) == 1
    assert type(error_of("lost", "x")) is LostError
    assert type(error_of("of-tomorrow", "x")) is QloakError


@pytest.mark.parametrize("body", [b"<html>", b"{", b"\xff\xfe\x00", b"[" * 10**5, b"9" * 5000])
def test_what_is_no_json_is_no_answer(body):
    with pytest.raises(IntegrityError, match="not JSON"):
        Server(httpx2.Response(200, content=body)).caller().call("GET", "/")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_page_of_somebody_else(status):
    with pytest.raises(UnavailableError, match=f"{status}"):
        Server(httpx2.Response(status, content=b"<html>")).caller().call("GET", "/")


def test_an_endless_answer_is_cut_off():
    sent = 0

    def endless():
        nonlocal sent
        while True:
            sent += 2**20
            yield b" " * 2**20

    with pytest.raises(IntegrityError, match="more than"):
        Server(httpx2.Response(200, content=endless())).caller().call("GET", "/")
    assert sent <= 66 * 2**20


@pytest.mark.parametrize(
    "url", ["", "ftp://x", "server", "http://[::1", "http://", "http://x:99999999", "http://x:0", "http://x:y"]
)
def test_an_address_is_one(url):
    with pytest.raises(UsageError, match="url"):
        HttpCaller(url, "t" * 20)


@pytest.mark.parametrize("token", ["é" * 20, "a\nb" * 9])
def test_a_token_that_no_server_gives_out_is_refused_and_not_shown(token):
    with pytest.raises(UsageError) as caught:
        HttpCaller("http://x", token)
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    "value", [None, [], 5, {}, {"answers": 3}, {"answers": []}, {"answers": [{"code": 1}]}], ids=repr
)
def test_strange_answers_of_a_provider(value):
    provider = HttpProvider("p", Server(httpx2.Response(200, json=value)).caller())
    with pytest.raises(IntegrityError, match="provider p"):
        provider.release(["d"], to="vault")


@pytest.mark.parametrize(
    "value", [None, [], {}, {"name": "p"}, {"name": "p", "holder": 1, "capacity": "many"}], ids=repr
)
def test_strange_accounts_of_a_provider(value):
    with pytest.raises(IntegrityError, match="provider p"):
        HttpProvider("p", Server(httpx2.Response(200, json=value)).caller()).info()


@pytest.mark.parametrize("value", [None, [], {}, {"now": "late"}, {"results": 1}, {"holders": [1]}], ids=repr)
def test_strange_answers_of_a_world(value):
    world = RemoteWorld(Server(httpx2.Response(200, json=value)).caller())
    for call in (world.now, world.holders, lambda: world.results(["a"])):
        with pytest.raises(IntegrityError, match="world"):
            call()
