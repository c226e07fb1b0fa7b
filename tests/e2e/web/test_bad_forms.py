"""Forms and addresses with anything in them: never a failure of the server, never text that becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from starlette.routing import Route

from qloak.service.browser import form_proof
from qloak.service.gateway import GatewayOptions
from qloak.service.jobs.queue import JobQueue
from qloak.storage.ledger import Scope
from qloak.web import add_pages
from qloak.web.pages import PAGES
from tests.gateways import Gateway

MARK = "<script>alert(1)</script>"
VALUES = (
    "",
    " ",
    "0",
    "-1",
    "2",
    "3.5",
    "1e400",
    "nan",
    "inf",
    "9" * 500,
    "٣",
    "²",
    "true",
    "null",
    "yes",
    "S1",
    "../../etc",
    MARK,
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}{% raw %}",
    "\x00",
    "a\r\nSet-Cookie: a=b",
    "\ud800",
    "\u202eevil\u202c",
    "🐈" * 200,
    "x" * 100_000,
)
PARTS = (
    "0" * 26,
    "unknown",
    "..",
    ".",
    "%00",
    "%ff",
    "a" * 3000,
    "%3Cscript%3E",
    "%F0%9F%90%88",
    "';--",
    "a%2Fb%3Fc%23d",
)
KEYS = ("", "a" * 128, "a" * 129, "é", "🐈", "a b", "a\nb", "\x00", "k")
COOKIES = (
    "",
    "qloak-80=",
    "qloak-80=qlk_" + "x" * 43,
    "qloak-80=\x01;;=",
    'qloak-80="\\351"',
    "qloak-80=a b",
    "qloak-80=" + "x" * 9000,
)
PER_ROUTE = 15
ALLOWED = (501, 503, 507)
"""Documented answers that are no failure: something is not there, or is full."""

FORMS = {
    "/drive/put": {
        "source": "bloch", "theta": "50", "phi": "110", "clones": "2", "custody": "clones", "name": "a", "seed": "1",
        "program": "OPENQASM 3.0; qubit q;", "ghz": "2", "random": "1", "handle": "HANDLE", "positions": "0",
        "providers": "aurora", "min_clones": "2", "file": "",
    },
    "/drive/{ref}/redeem": {"sure": "yes", "verify": "1", "clone": "S1", "method": "measured"},
    "/drive/{ref}/remove": {"sure": "yes"},
    "/workbench/{handle}/apply": {"gate": "h", "qubit": "0", "target": "1", "program": ""},
    "/workbench/{handle}/measure": {"pauli-0": "Z", "letter": "X", "positions": "0"},
    "/workbench/{handle}/split": {"positions": "0"},
    "/workbench/{handle}/give": {"tenant": "bob"},
    "/workbench/{handle}/discard": {"sure": "yes"},
    "/providers/new": {
        "name": "new", "kind": "remote", "url": "nowhere", "token": "t", "capacity": "3",
        "t1_seconds": "1", "t2_seconds": "1",
    },
    "/providers/of/{name}/rehearse": {"fault": "slow", "strength": "0"},
    "/providers/of/{name}/destroy": {"sure": "yes"},
    "/experiments/sweep": {
        "clones": "2", "method": "unitary", "engine": "exact", "device": "kingston", "two_qubit_error": "0.1",
        "readout_error": "0", "memory_depolarizing": "1", "shots": "10", "seed": "1", "transpiler_seeds": "1",
    },
    "/experiments/repeat": {
        "experiment": "fidelity", "by-fidelity": "clones", "values": "2", "engine": "exact", "device": "kingston",
        "transpiler_seeds": "1", "shots": "10", "seed": "0",
    },
    "/activity/tokens/new": {"scopes": "read", "lifetime": "hour", "name": "a", "tenant": "local"},
    "/activity/tenants/new": {"name": "alice", "max_objects": "1", "max_qubits": "1"},
}  # fmt: skip
"""What a form sends where it is sent in order."""

FORMS["/drive/put/plan"] = FORMS["/drive/put"]
FORMS["/workbench/{handle}/look"] = FORMS["/drive/put"]

QUERIES = (
    "name", "show", "before", "limit", "said", "hours", "handle", "source", "outcome", "pauli", "kind", "subject",
    "tenant", "n", "theta", "phi", "step", "lost", "clone", "method", "hold", "e2", "mem", "device", "place_n",
    "processor", "goal", "decoder", "set", "back", "reason", "code",
)  # fmt: skip


def shape(route: Route) -> str:
    """A route's path without the kinds of its parts."""
    return re.sub(r":\w+\}", "}", route.path)


POSTS = [route for route in PAGES if "POST" in (route.methods or ())]
GETS = [route for route in PAGES if "GET" in (route.methods or ())]


@dataclass(frozen=True, slots=True)
class Site:
    """Pages on a gateway of this process, and somebody who is signed in.

    Attributes:
        gateway: below them.
        headers: with the cookie.
        proof: of the forms.
        parts: of paths, that exist.
    """

    gateway: Gateway
    headers: Mapping[str, str]
    proof: str
    parts: Mapping[str, str]

    def ask(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Any:
        """Ask, and see that the server did not fail and that nothing of what was sent became markup."""
        client = self.gateway.client
        answer = client.request(
            method, path, headers={**self.headers, **(headers or {})}, follow_redirects=False, **more
        )
        said = (method, path[:200], answer.status_code, answer.text[:300])
        assert answer.status_code < 500 or answer.status_code in ALLOWED, said
        if "html" in answer.headers.get("content-type", ""):
            assert MARK not in answer.text, said
            assert "onerror=alert(1)>" not in answer.text.replace("&lt;img src=x onerror=alert(1)&gt;", ""), said
            assert "Traceback" not in answer.text, said
        assert answer.headers.get("location", "/")[:1] == "/", said
        assert answer.headers.get("location", "/")[:2] != "//", said
        return answer


def sign_in(gateway: Gateway, secret: str, parts: Mapping[str, str]) -> Site:
    """Somebody with a token of this gateway."""
    return Site(gateway, {"Cookie": f"qloak-80={secret}"}, form_proof(secret), parts)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory) -> Iterator[Gateway]:
    """A gateway with pages, on which no experiment is ever begun."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JobQueue, "_run_thread", lambda _: None)
        patch.setattr("qloak.service.jobs.queue._IDLE_SECONDS", 0.0)
        options = GatewayOptions(upkeep=False, requests_per_second=1e6, burst=1e6)
        made = Gateway(tmp_path_factory.mktemp("forms") / "vault", options)
        made.client = type(made.client)(made.app, raise_server_exceptions=False)
        add_pages(made.app)
        with made as opened:
            yield opened


@pytest.fixture(scope="module")
def site(gateway) -> Site:
    """The operator, with an object, a register, a job and a token."""
    operator = gateway.caller()
    stored = operator.put(name=MARK.replace("/", ""))
    register = operator.done("POST", "/v1/registers", {"source": {"ghz": 2}})
    job = operator.done("POST", "/v1/experiments", {"experiment": "channel", "grid": {"clones": 2}})
    token = operator.done("POST", "/v1/tokens", {"scopes": ["read"], "name": MARK})
    parts = {"ref": stored["id"], "handle": register["handle"], "id": job["id"], "token": token["id"], "name": "fjord"}
    return sign_in(gateway, operator.secret, parts)


def address(route: Route, site: Site, rng: Random, *, wrong: float = 0.3) -> str:
    """A path of the route; `wrong` is how often a part of it is one that does not exist."""
    path = shape(route)
    for name in re.findall(r"\{(\w+)\}", path):
        known = rng.random() >= wrong and name in site.parts
        path = path.replace(f"{{{name}}}", site.parts[name] if known else rng.choice(PARTS))
    return path


def values_of(route: Route, site: Site, rng: Random) -> dict[str, str]:
    """What the form would send, with some of it replaced."""
    usual = FORMS.get(shape(route), {})
    fields = {name: value.replace("HANDLE", site.parts["handle"]) for name, value in usual.items()}
    if "source" in fields:
        fields["source"] = rng.choice(("bloch", "qasm", "ghz", "random", "bell", "handle", ""))
    for name in rng.sample(sorted(fields), min(len(fields), rng.randint(0, 3))):
        if rng.random() < 0.2:
            del fields[name]
        else:
            fields[name] = rng.choice(VALUES)
    return fields


def encoded(values: Mapping[str, str]) -> bytes:
    """As a browser writes it, but for half a character, which is written anyhow."""
    from urllib.parse import urlencode

    return urlencode({k: v.encode("utf-8", "surrogatepass") for k, v in values.items()}).encode()


@pytest.mark.parametrize("route", POSTS, ids=shape)
def test_forms_answer_anything(site, route):
    rng = Random(shape(route))
    for _ in range(PER_ROUTE):
        fields = values_of(route, site, rng) | {"proof": site.proof, "key": rng.choice(KEYS) + str(rng.random())}
        if rng.random() < 0.3:
            fields["key"] = rng.choice(KEYS)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if rng.random() < 0.5:
            headers["X-Qloak-Live"] = "1"
        site.ask("POST", address(route, site, rng), content=encoded(fields), headers=headers)


@pytest.mark.parametrize("route", POSTS, ids=shape)
def test_forms_that_are_none_change_nothing(site, route):
    """Without proof, with another's, with bodies that are no form."""
    rng = Random(shape(route))
    path = address(route, site, rng, wrong=0)
    usual = FORMS.get(shape(route), {})
    for proof in ({}, {"proof": ""}, {"proof": "0" * 64}, {"proof": "é"}, {"proof": MARK}):
        assert site.ask("POST", path, data={**usual, **proof}).status_code == 403
    files = {"proof": ("proof", site.proof.encode()), "file": ("a.qasm", b"\xff\xfe")}
    assert site.ask("POST", path, files=files).status_code == 403
    for kind, body in (
        ("application/json", b'{"proof": 1}'),
        ("text/plain", site.proof.encode()),
        ("application/x-www-form-urlencoded", b"%%%&==&proof"),
        ("application/x-www-form-urlencoded", b"a=b&" * 500),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="proof'),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"),
        ("multipart/form-data; boundary=", b"--\r\n"),
        ("", b"\x00" * 1000),
    ):
        assert site.ask("POST", path, content=body, headers={"Content-Type": kind}).status_code in (400, 403, 413)


@pytest.mark.parametrize("route", GETS, ids=shape)
def test_pages_answer_any_address(site, route):
    rng = Random(shape(route))
    for _ in range(12):
        query = {name: rng.choice(VALUES)[:500] for name in rng.sample(QUERIES, rng.randint(0, 6))}
        path = address(route, site, rng) + "?" + encoded(query).decode()
        site.ask("GET", path, headers={"X-Qloak-Live": "1"} if rng.random() < 0.3 else {})


@pytest.mark.parametrize("value", [MARK, '"><img src=x onerror=alert(1)>'])
def test_what_is_asked_is_shown_as_text(site, value):
    """Every page, with everything that any page reads from its address."""
    query = encoded(dict.fromkeys(QUERIES, value)).decode()
    for path in (
        "/sign-in",
        "/sign-in/once",
        "/nowhere",
        *(address(route, site, Random(1), wrong=0) for route in GETS),
    ):
        site.ask("GET", f"{path}?{query}")


@pytest.mark.parametrize("route", PAGES, ids=lambda route: f"{min(route.methods)} {shape(route)}")
def test_other_methods_are_refused(site, route):
    path = address(route, site, Random(1), wrong=0)
    known = {m for each in PAGES if each.path == route.path for m in each.methods} | {"HEAD"}
    for method in {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} | ({"POST"} - known):
        assert site.ask(method, path).status_code in (401, 403, 405), method


@pytest.mark.parametrize("path", ["/" + "a" * 50_000, "/drive/" + "%2e%2e%2f" * 2000, "/drive?name=" + "b" * 60_000])
def test_long_addresses(site, path):
    assert site.ask("GET", path).status_code in (200, 400, 404, 414)


@pytest.mark.parametrize("kept", range(3))
def test_names_of_others_are_unknown(gateway, site, kept):
    """Another tenant sees neither objects nor registers nor jobs nor tokens."""
    secret, _ = gateway.vault.ledger.tokens.create(_other(gateway), [scope.value for scope in Scope])
    other = sign_in(gateway, secret, site.parts)
    paths = ("/drive/{ref}", "/workbench/{handle}", "/experiments/{id}", "/activity/tokens/of/{token}")
    for path in paths:
        answer = other.ask("GET", path.format(**site.parts))
        assert answer.status_code == 404
        assert "<h1>" in answer.text
    for route in POSTS:
        path = address(route, site, Random(kept), wrong=0)
        if path == shape(route) or "/providers" in path:
            continue
        usual = FORMS.get(shape(route), {}) | {"proof": other.proof, "key": f"other-{kept}"}
        assert other.ask("POST", path, data=usual).status_code in (404, 422), path


def _other(gateway: Gateway) -> str:
    name = "somebody"
    if name not in {tenant.name for tenant in gateway.vault.ledger.tenants.list()}:
        gateway.caller().done("POST", "/v1/tenants", {"name": name})
    return name


@pytest.mark.parametrize("scopes", ["read", "read write", "metrics", "read metrics", "read rehearse"])
def test_every_page_is_made_for_every_scope(gateway, site, scopes):
    """A page that a token is not for says so, and leads on."""
    secret, _ = gateway.vault.ledger.tokens.create("local", scopes.split())
    limited = sign_in(gateway, secret, site.parts)
    for route in GETS:
        if "placed" in route.path:
            continue
        path = address(route, site, Random(1), wrong=0)
        answer = limited.ask("GET", path)
        assert answer.status_code in (200, 303, 403, 404, 405), path
        if "read" not in scopes:
            assert answer.status_code == 403, path


@pytest.mark.parametrize("route", PAGES, ids=lambda route: f"{min(route.methods)} {shape(route)}")
def test_every_page_needs_a_session(site, route):
    path = address(route, site, Random(1), wrong=0)
    for method in route.methods & {"GET", "POST"}:
        for cookie in COOKIES:
            answer = site.gateway.client.request(method, path, headers={"Cookie": cookie}, follow_redirects=False)
            if method == "GET":
                assert answer.status_code == 303, path
                assert answer.headers["location"].startswith("/sign-in"), path
            else:
                assert answer.status_code == 401, path


@pytest.mark.parametrize("live", [True, False])
def test_failure_of_the_server_itself_has_a_page(site, monkeypatch, live):
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("words of the code")

    monkeypatch.setattr("qloak.web.api.Api.get", fail)
    headers = dict(site.headers) | ({"X-Qloak-Live": "1"} if live else {})
    answer = site.gateway.client.get("/drive", headers=headers)
    assert answer.status_code == 500
    assert "Something went wrong in the server" in answer.text
    assert "words of the code" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
