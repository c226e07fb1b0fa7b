"""The servers of provider and world: who may do what, and what no client can break."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qloak.errors import FencedError, ForbiddenError, UnauthenticatedError, UnavailableError, UsageError
from qloak.service.auth import TokenTable, hash_token, new_token
from qloak.service.provider_app import OPERATOR, VAULT, create_provider_app
from qloak.service.world_app import ADMIN, EMULATOR, create_world_app
from qloak.simulators import Register
from qloak.storage.http import HttpCaller
from qloak.storage.provider import Fault, HttpProvider, open_embedded
from qloak.storage.world import HolderInfo, decode_register, encode_register
from qloak.storage.world import operations as ops
from qloak.storage.world.operations import Applied, Refused
from qloak.storage.world.remote import RemoteWorld
from tests.contract.provider_suite import NAME, config
from tests.loopback import TLS, Loopback
from tests.oracles import random_state
from tests.storage_worlds import OWNER, Play, key

PRINCIPALS = (VAULT, OPERATOR, ADMIN, EMULATOR, OWNER + "-1", "p1", "p2")
SECRETS = {who: new_token() for who in PRINCIPALS}
TOKENS = TokenTable({hash_token(secret): who for who, secret in SECRETS.items()})
HOME = OWNER + "-1"


@pytest.fixture(scope="module")
def play(tmp_path_factory):
    played = Play(tmp_path_factory.mktemp("world"), providers=0)
    for name in (HOME, "p1#1", "p2#1"):
        played.world.register_holder(HolderInfo(name))
    yield played
    played.world.close()


@pytest.fixture(scope="module")
def site(play, tmp_path_factory):
    [opened] = open_embedded(tmp_path_factory.mktemp("site") / "provider.db", play.world, [config()])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def nature(play):
    with TestClient(create_world_app(play.world, TOKENS)) as client:
        yield client


@pytest.fixture(scope="module")
def provider(site):
    with TestClient(create_provider_app(site, TOKENS)) as client:
        yield client


def world_of(client, who, **options) -> RemoteWorld:
    emulator = HttpCaller("http://world", SECRETS[EMULATOR], client=client) if options.get("emulator") else None
    return RemoteWorld(HttpCaller("http://world", SECRETS[who], client=client), emulator=emulator)


class TestBoth:
    @pytest.mark.parametrize("server", ["nature", "provider"])
    def test_nothing_but_health_without_a_token(self, server, request):
        client = request.getfixturevalue(server)
        for path, item in client.app.openapi()["paths"].items():
            for method in item:
                answer = client.request(method, path, json={})
                if path in ("/healthz", "/readyz"):
                    assert answer.json() == {"status": "ok"}
                else:
                    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        for path in ("/openapi.json", "/docs", "/redoc"):
            assert client.get(path).status_code == 404
        assert client.get("/v1/openapi.json").status_code == 401

    @pytest.mark.parametrize("server", ["nature", "provider"])
    def test_answers_are_not_for_browsers_to_keep(self, server, request):
        headers = request.getfixturevalue(server).get("/healthz").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(("server", "path"), [("nature", "/v1/operations"), ("provider", "/v1/deposits/accept")])
    @pytest.mark.parametrize("chunked", [False, True])
    def test_bodies_have_a_greatest_size(self, server, path, chunked, request):
        client = request.getfixturevalue(server)
        piece, count = b" " * 2**20, 50

        def pieces():
            for _ in range(count):
                yield piece

        headers = {"Authorization": f"Bearer {SECRETS[VAULT]}", "Content-Type": "application/json"}
        answer = client.post(path, content=pieces() if chunked else piece * count, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "over-limit")

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 10**5, b'{"deposits":' + b"9" * 5000 + b"}", b"null"])
    def test_what_is_no_json_is_refused(self, provider, body):
        headers = {"Authorization": f"Bearer {SECRETS[VAULT]}", "Content-Type": "application/json"}
        answer = provider.post("/v1/deposits/accept", content=body, headers=headers)
        assert answer.status_code in (400, 422)
        assert answer.headers["content-type"] == "application/problem+json"


class TestProvider:
    def test_only_its_operator_rehearses(self, provider):
        vault = HttpProvider(NAME, HttpCaller("http://p", SECRETS[VAULT], client=provider))
        assert vault.info().name == NAME
        for forbidden in (lambda: vault.rehearse(Fault.SLOW, 1), vault.destroy):
            with pytest.raises(ForbiddenError, match="operator"):
                forbidden()
        assert vault.info().holder == f"{NAME}#1"
        assert dict(vault.info().faults) == {}

    @pytest.mark.parametrize("bulk", [1001])
    def test_a_request_has_at_most_a_thousand_deposits(self, provider, bulk):
        headers = {"Authorization": f"Bearer {SECRETS[VAULT]}"}
        answer = provider.post("/v1/deposits/states", json={"deposits": ["d"] * bulk}, headers=headers)
        assert answer.status_code == 422

    @pytest.mark.parametrize(
        "name", ["", "x" * 57, "a b", "é", "\ud800".encode("utf-8", "surrogatepass").decode("latin")]
    )
    def test_names_are_plain(self, provider, name):
        headers = {"Authorization": f"Bearer {SECRETS[VAULT]}"}
        answer = provider.post("/v1/deposits/states", json={"deposits": [name]}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad-argument")

    def test_offline_is_not_ready_but_alive(self, provider, site):
        site.rehearse(Fault.OFFLINE, 1)
        try:
            assert provider.get("/healthz").status_code == 200
            answer = provider.get("/readyz")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        finally:
            site.rehearse(Fault.OFFLINE, 0)


class TestTls:
    def test_a_certificate_must_be_signed_by_somebody_trusted(self, site, monkeypatch):
        with Loopback(create_provider_app(site, TOKENS), tls=True) as server:
            stranger = HttpProvider(NAME, HttpCaller(server.url, SECRETS[VAULT], attempts=1))
            with pytest.raises(UnavailableError):
                stranger.info()
            stranger.close()
            monkeypatch.setenv("QLOAK_CA_FILE", str(TLS / "loopback.pem"))
            vault = HttpProvider(NAME, HttpCaller(server.url, SECRETS[VAULT], attempts=1))
            assert vault.info().name == NAME
            vault.close()

    @pytest.mark.parametrize("place", ["no.pem", "tests/tls/README.md"])
    def test_a_file_of_certificates_is_one(self, monkeypatch, place):
        monkeypatch.setenv("QLOAK_CA_FILE", place)
        with pytest.raises(UsageError, match="QLOAK_CA_FILE"):
            HttpCaller("https://provider", SECRETS[VAULT])


class TestWorld:
    def test_a_whole_story_over_http(self, nature):
        vault = world_of(nature, HOME, emulator=True)
        one, two = world_of(nature, "p1"), world_of(nature, "p2")
        register = Register.dense(random_state(1, 4))
        me = {"holder": HOME}
        done = vault.apply(
            [
                ops.Prepare(op_id="s1", handle="story", state=encode_register(register), **me),
                ops.Encrypt(op_id="s2", handle="story", stored="story-e", num_clones=2, **me),
                ops.Ship(op_id="s3", stored="story-e", parcels=(((1,), "p1#1"), ((2,), "p2#1")), **me),
            ]
        )
        assert all(isinstance(result, Applied) and not result.repeated for result in done)
        assert vault.results(["s1", "s3", "never"]).keys() == {"s1", "s3"}
        assert set(vault.custody(["story-e"], holder=HOME)["story-e"]) == {3, 4}
        assert set(two.custody(["story-e"], holder="p2#1")["story-e"]) == {2}
        [stolen] = two.apply([ops.Measure(op_id="s4", holder="p2#1", target="story-e", letters={1: "X"})])
        assert isinstance(stolen, Refused)
        assert stolen.code == "forbidden"
        one.apply([ops.Ship(op_id="s5", holder="p1#1", stored="story-e", parcels=(((1,), HOME),))])
        assert "# References" in str(vault.export("story-e", form="stim"))
        [recovered] = vault.apply([ops.Recover(op_id="s6", stored="story-e", qubits=(1, *key(2)), handle="back", **me)])
        assert isinstance(recovered, Applied)
        assert decode_register(vault.peek("back")).state_fidelity(register) == pytest.approx(1, abs=1e-12)
        assert [entry["kind"] for entry in vault.history("story-e")][:2] == ["encrypt", "ship"]
        assert vault.now() >= 0
        assert HolderInfo(HOME) in vault.holders()

    def test_a_token_acts_as_its_holder_only(self, nature):
        one = world_of(nature, "p1")
        for forbidden in (
            lambda: one.apply([ops.Ruin(op_id="r1", holder="p2#1")]),
            lambda: one.apply([ops.Ruin(op_id="r2", holder="p1#1"), ops.Ruin(op_id="r3", holder=HOME)]),
            lambda: one.register_holder(HolderInfo("p2#1", link_loss=1.0)),
            lambda: one.register_holder(HolderInfo("p11#1")),
            lambda: one.custody(["story-e"], holder=HOME),
            lambda: one.open_epoch(HOME),
            lambda: one.peek("back"),
            lambda: one.history("story-e"),
            lambda: one.apply([ops.Advance(op_id="r4", holder="p1#1", seconds=1e9)]),
        ):
            with pytest.raises(ForbiddenError):
                forbidden()
        assert one.results(["r1", "r2", "r3", "r4"]) == {}
        one.register_holder(HolderInfo("p1#2"))
        assert one.custody(["story-e"], holder="p1#2") == {"story-e": {}}

    def test_only_the_vault_exports_and_only_the_emulator_with_the_input(self, play, nature):
        play.do(ops.Prepare, HOME, handle="x", state=encode_register(Register.dense(random_state(1, 4))))
        play.do(ops.Encrypt, HOME, handle="x", stored="x-e", num_clones=2)
        play.do(ops.Ship, HOME, stored="x-e", parcels=(((1,), "p1#1"),))
        with pytest.raises(ForbiddenError, match="encrypted"):
            world_of(nature, "p1").export("x-e", form="stim")
        with pytest.raises(ForbiddenError, match="put in"):
            world_of(nature, HOME).export("x-e", form="qasm3", with_input=True)
        assert "OPENQASM 3" in str(world_of(nature, HOME).export("x-e", form="qasm3"))
        assert world_of(nature, HOME, emulator=True).export("x-e", form="qasm3", with_input=True)

    def test_time_and_other_holders_are_the_administrators(self, nature):
        admin = world_of(nature, ADMIN)
        admin.register_holder(HolderInfo("late"))
        before = admin.now()
        [result] = admin.apply([ops.Advance(op_id="a1", holder="late", seconds=60.0)])
        assert isinstance(result, Applied)
        assert admin.now() >= before + 60

    def test_an_older_epoch_is_fenced_over_http_too(self, nature):
        admin = world_of(nature, ADMIN)
        admin.register_holder(HolderInfo("fenced"))
        first, second = admin.open_epoch("fenced"), admin.open_epoch("fenced")
        assert second == first + 1
        with pytest.raises(FencedError):
            admin.apply([ops.Ruin(op_id="f1", holder="fenced")], epoch=first)

    def test_long_lists_go_in_parts(self, nature):
        one = world_of(nature, "p1")
        names = [f"n{i}" for i in range(1500)]
        results = one.apply([ops.Discard(op_id=name, holder="p1#1", stored=name) for name in names])
        assert [result.code for result in results] == ["unknown-name"] * 1500
        assert one.results(names) == {}

    def test_a_stranger_learns_nothing(self, nature):
        with pytest.raises(UnauthenticatedError):
            RemoteWorld(HttpCaller("http://world", new_token(), client=nature)).holders()

    JSON = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )
    KINDS = (*(kind.kind for kind in ops.Operation.__subclasses__()), "nonsense")
    FIELDS = sorted({name for kind in ops.Operation.__subclasses__() for name in kind.__dataclass_fields__} - {"kind"})

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(kind=st.sampled_from(KINDS), fields=st.dictionaries(st.sampled_from(FIELDS), JSON), own=st.booleans())
    def test_no_operation_breaks_it(self, nature, kind, fields, own):
        body = {"op_id": "fuzz", "holder": "p1#1", **fields, "kind": kind}
        if own:
            body["holder"] = "p1#1"
        headers = {"Authorization": f"Bearer {SECRETS['p1']}", "Content-Type": "application/json"}
        answer = nature.post("/v1/operations", content=json.dumps({"operations": [body]}), headers=headers)
        assert answer.status_code in (200, 403, 422), answer.text
