"""Hostile names, files and addresses in a real browser; forms that are sent twice, too late, or not to the end."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from qloak.storage.vault import VaultOptions
from tests.browsers import Watched, grave_violations, overflow
from tests.webserver import WebServer

NAMES = (
    "<script>alert(1)<\\script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}} {% raw %} ${alert(1)}",
    "&lt;b&gt;bold&lt;b&gt; %3Cscript%3E",
    "עברית abc العربية 12",
    "🐈" * 200,
    "w" * 200,
)
QUERIES = ("name", "said", "subject", "handle", "pauli", "reason", "back", "device", "tenant", "kind", "set")
MEBIBYTE = b"x" * 2**20


@pytest.fixture(scope="module")
def stored(served) -> dict[str, Any]:
    """An object of each name, one of them redeemed; a token of each name."""
    objects = [ask(served, "/v1/objects", {"source": {"bloch": [1.0, 0.5]}, "name": name})["id"] for name in NAMES]
    for name in NAMES:
        ask(served, "/v1/tokens", {"scopes": ["read"], "name": name})
    handle = ask(served, f"/v1/objects/{objects[1]}/redeem", {})["handle"]
    return {"objects": objects, "handle": handle}


def ask(served: WebServer, path: str, body: Any = None, *, method: str = "", token: str = "") -> Any:
    """A document of the gateway."""
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {token or served.token}", "Content-Type": "application/json"}
    content = None if body is None else json.dumps(body)
    connection.request(method or ("GET" if body is None else "POST"), path, content, headers)
    answer = connection.getresponse()
    document = json.loads(answer.read())
    connection.close()
    assert answer.status < 300, document
    return document


def guarded(page: Page) -> list[str]:
    """The dialogs that a page opens from now on: there must be none."""
    dialogs: list[str] = []

    def note(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    return dialogs


def assert_inert(page: Page) -> None:
    """Nothing of what people typed has become an element."""
    assert page.locator("img[src=x], svg[onload], script:not([src]):not([type='application/json'])").count() == 0
    assert page.locator("[href^='javascript:'], [onerror], [onload]").count() == 0


def settled(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("main h1").first.wait_for()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 1280])
def test_names_are_text_on_every_page(visit, served, stored, width):
    page = visit(viewport={"width": width, "height": 740}).sign_in(served.token)
    dialogs = guarded(page)
    objects, handle = stored["objects"], stored["handle"]
    every = [f"/drive/{each}" for each in objects]
    pages = (
        "/drive",
        "/providers",
        "/activity",
        "/activity/tokens",
        f"/workbench/{handle}",
        "/workbench",
        "/drive/put",
    )
    for path in (*pages, *every, f"/drive/{objects[0]}/redeem", f"/drive/{objects[7]}/remove"):
        settled(page, path)
        assert_inert(page)
        assert overflow(page) == 0, path
    assert dialogs == []


def test_names_are_shown_as_they_are(page, stored):
    for path in ("/drive", "/activity/tokens"):
        settled(page, path)
        shown = page.locator("main").inner_text()
        for name in NAMES:
            assert name in shown, (path, name)
    for name, each in zip(NAMES, stored["objects"], strict=True):
        settled(page, f"/drive/{each}")
        assert page.get_by_role("heading", level=1).inner_text() == name


def test_names_that_arrive_by_events_are_text(page, served):
    dialogs = guarded(page)
    settled(page, "/drive")
    expect(page.locator("[data-link-state]")).to_be_empty()
    name = "<img src=y onerror=alert(2)>"
    ask(served, "/v1/objects", {"source": {"bell": True}, "name": name})
    page.get_by_text(name).first.wait_for()
    assert page.locator("img[src=y]").count() == 0
    assert dialogs == []


@pytest.mark.parametrize("path", ["/v1/tenants", "/v1/providers"])
@pytest.mark.parametrize("name", [*NAMES[:3], "a\u202eb", "../x", ""])
def test_names_of_tenants_and_providers_are_plain(served, path, name):
    """They stand in addresses and files: what is more than letters and digits is refused."""
    with pytest.raises(AssertionError, match="bad-argument"):
        ask(served, path, {"name": name})


def test_addresses_are_shown_as_text(visit, served):
    context = visit()
    context.expect("404", "422")
    page = context.sign_in(served.token)
    dialogs = guarded(page)
    query = "&".join(f"{name}={quote(NAMES[i % 3])}" for i, name in enumerate(QUERIES))
    for path in ("/drive", "/drive/put", "/workbench", "/providers", "/lab", "/experiments", "/activity", "/sign-in"):
        page.goto(f"{path}?{query}")
        page.locator("main h1").first.wait_for()
        assert_inert(page)
    assert dialogs == []


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"<script>alert(1)</script>",
        b'OPENQASM 3.0; include "/etc/passwd"; qubit q;',
        b"OPENQASM 3.0; qubit[999999999] q;",
        b"OPENQASM 3.0; qubit q; " + b"h q;" * 50_000,
        b"\x00\xff\xfe" * 1000,
        b"(" * 200_000,
        b"OPENQASM 3.0; qubit q; while (true) { h q; }",
    ],
    ids=["script", "include", "wide", "long", "binary", "deep", "endless"],
)
def test_hostile_programs_are_refused_beside_the_form(visit, served, content):
    context = visit()
    context.expect("422", "413", "429")
    page = context.sign_in(served.token)
    dialogs = guarded(page)
    settled(page, "/drive/put?source=qasm")
    before = len(ask(served, "/v1/objects?limit=1000")["objects"])
    page.locator("input[type=file]").set_input_files({"name": "a.qasm", "mimeType": "text/plain", "buffer": content})
    expect(page.locator("[name=program]")).not_to_be_empty()
    page.get_by_role("button", name="Store it").click()
    form_or_object = page.locator("form[data-plan] [data-problem]:not([hidden])").or_(page.locator("[data-object]"))
    form_or_object.first.wait_for()
    assert_inert(page)
    assert dialogs == []
    if content.count(b"h q;") < 1000:
        assert len(ask(served, "/v1/objects?limit=1000")["objects"]) == before


def test_large_file_is_refused_before_it_is_sent(page):
    settled(page, "/drive/put?source=qasm")
    page.locator("input[type=file]").set_input_files(
        {"name": "a.qasm", "mimeType": "text/plain", "buffer": b"h q;" * 100_000}
    )
    expect(page.locator("[data-file-problem]")).to_contain_text("kB")


@pytest.mark.parametrize("signed_in", [True, False])
def test_huge_upload_ends_early(page, served, signed_in):
    """It is counted while it arrives; whoever is not signed in is not even listened to."""
    cookie = page.context.cookies()[0]
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=60)
    connection.putrequest("POST", "/drive/put")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    if signed_in:
        connection.putheader("Cookie", f"{cookie['name']}={cookie['value']}")
    connection.endheaders()
    try:
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for block in (head, *[MEBIBYTE] * 70):
            connection.send(b"%x\r\n%s\r\n" % (len(block), block))
        connection.send(b"0\r\n\r\n")
    except OSError:
        pass  # It has hung up already.
    try:
        status = connection.getresponse().status
    except OSError:
        status = 413  # The answer was lost with what was still being sent.
    assert status == (413 if signed_in else 401)
    connection.close()
    assert page.request.get("/drive").status == 200


# --- forms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_double_click_stores_once(visit, served, scripts):
    context: Watched = visit(java_script_enabled=scripts)
    page = context.sign_in(served.token)
    page.goto("/drive/put")
    page.get_by_label("Name").fill(f"twice {scripts}")
    page.get_by_role("button", name="Store it").dblclick()
    page.wait_for_url(re.compile(r"/drive/[0-9A-Z]{26}"))
    assert stored_as(served, f"twice {scripts}") == 1


def stored_as(served: WebServer, name: str) -> int:
    return len(ask(served, f"/v1/objects?before=&limit=1000&name={quote(name)}")["objects"])


def test_form_that_is_sent_again_stores_once(visit, served):
    """A reload is of the page that came of it; the same form again leads to the same object."""
    page = visit(java_script_enabled=False).sign_in(served.token)
    page.goto("/drive/put")
    hidden = {n: page.locator(f"form[data-plan] input[name={n}]").get_attribute("value") for n in ("proof", "key")}
    fields = {**hidden, "source": "bloch", "theta": "10", "phi": "20", "clones": "2", "custody": "clones"}
    answers = [page.request.post("/drive/put", form={**fields, "name": "again"}, max_redirects=0) for _ in range(3)]
    assert [answer.status for answer in answers] == [303] * 3
    assert len({answer.headers["location"] for answer in answers}) == 1
    page.goto(answers[0].headers["location"])
    page.reload()
    assert stored_as(served, "again") == 1
    other = page.request.post("/drive/put", form={**fields, "name": "another"}, max_redirects=0)
    assert other.status == 409


def test_form_that_is_sent_again_redeems_once(visit, served):
    """Redeeming twice by the same form gives the same register."""
    made = ask(served, "/v1/objects", {"source": {"bloch": [1.0, 0.5]}, "name": "once"})["id"]
    page = visit(java_script_enabled=False).sign_in(served.token)
    page.goto(f"/drive/{made}/redeem")
    hidden = {n: page.locator(f"main input[name={n}]").first.get_attribute("value") for n in ("proof", "key")}
    answers = [
        page.request.post(f"/drive/{made}/redeem", form={**hidden, "sure": "yes"}, max_redirects=0) for _ in range(2)
    ]
    assert [answer.status for answer in answers] == [303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1


def test_sign_in_that_ends_in_the_middle_of_a_form_leads_back_to_it(visit, served):
    token = ask(served, "/v1/tokens", {"scopes": ["read", "write"], "name": "short"})
    context = visit()
    context.expect("401")
    page = context.sign_in(token["token"])
    settled(page, "/drive/put?source=ghz")
    page.get_by_label("Name").fill("too late")
    ask(served, f"/v1/tokens/{token['id']}", method="DELETE")
    page.get_by_role("button", name="Store it").click()
    page.wait_for_url("**/sign-in?reason=ended&back=%2Fdrive%2Fput%3Fsource%3Dghz")
    assert "has ended" in page.get_by_role("status").first.inner_text()
    page.get_by_label("Token").fill(served.token)
    page.get_by_role("button", name="Open the drive").click()
    page.wait_for_url("**/drive/put?source=ghz")
    assert stored_as(served, "too late") == 0


# --- who may not, and what is not there ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/drive/" + "0" * 26,
        "/workbench/none",
        "/experiments/none",
        "/activity/tokens/of/none",
        "/providers/of/x",
    ],
)
def test_what_is_not_there_has_a_page(visit, served, path):
    context = visit(viewport={"width": 360, "height": 740})
    context.expect("404")
    page = context.sign_in(served.token)
    assert page.goto(path).status == 404
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator("main a[href='/drive']").count() == 1
    assert grave_violations(page) == []
    assert overflow(page) == 0


def test_reader_sees_what_is_missing_and_why(visit, served, stored):
    token = ask(served, "/v1/tokens", {"scopes": ["read"], "name": "reader"})["token"]
    context = visit()
    context.expect("403")
    page = context.sign_in(token)
    objects, handle = stored["objects"], stored["handle"]
    pages = ("/drive", "/drive/put", f"/drive/{objects[0]}", f"/drive/{objects[0]}/redeem", "/workbench")
    others = (f"/workbench/{handle}", "/providers", "/providers/new", "/lab", "/experiments", "/activity")
    tabs = (
        "/activity/tokens",
        "/activity/metrics",
        "/activity/tenants",
        "/activity/tokens/new",
        "/activity/tenants/new",
    )
    for path in (*pages, *others, *tabs):
        page.goto(path)
        page.locator("main h1").first.wait_for()
        changing = "main form[method=post]:not([action='/drive/put/plan']):not([action$='/look'])"
        assert page.locator(changing).count() == 0, path


def test_token_for_metrics_alone_is_told_what_it_lacks(visit, served):
    token = ask(served, "/v1/tokens", {"scopes": ["metrics"], "name": "monitor"})["token"]
    context = visit()
    context.expect("403")
    page = context.context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Open the drive").click()
    page.get_by_role("heading", name="This did not work").wait_for()
    expect(page.locator("main")).to_contain_text("scope")
    assert page.context.cookies() == []


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Iterator[WebServer]:
    """A server without any provider."""
    with WebServer(tmp_path_factory.mktemp("bare"), VaultOptions(providers=())) as server:
        yield server


@pytest.mark.parametrize("path", ["/drive", "/drive/put", "/providers"])
def test_without_providers_there_is_a_way_on(chromium, bare, path):
    context = Watched(chromium, bare.url, viewport={"width": 360, "height": 740})
    page = context.sign_in(bare.token)
    settled(page, path)
    assert grave_violations(page) == []
    assert overflow(page) == 0
    if path != "/drive":
        assert page.locator("main").get_by_role("link", name=re.compile("provider", re.IGNORECASE)).count() >= 1
    assert page.get_by_role("button", name="Store it").count() == 0
    context.close()
