"""What happens to somebody in the middle of something: an ended sign-in, a restarted server, forms sent twice."""

from __future__ import annotations

import signal

import pytest
from playwright.sync_api import expect

from tests.browsers import Watched
from tests.webserver import WebServer


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server of this module's own, as it is killed here."""
    with WebServer(tmp_path_factory.mktemp("sessions")) as server:
        yield server


def proof_and_key(page) -> dict[str, str]:
    """The hidden fields of a form on the page."""
    form = page.locator("form:has(input[name=key])").first
    return {name: form.locator(f"input[name={name}]").get_attribute("value") for name in ("proof", "key")}


def test_ended_sign_in_says_so_and_leads_back(visit, served):
    context: Watched = visit()
    context.expect("401")
    page = context.sign_in(served.token)
    answer = page.request.post(
        "/v1/tokens",
        data={"scopes": ["read"], "name": "short"},
        headers={"Authorization": f"Bearer {served.token}"},
    ).json()
    other: Watched = visit()
    other.expect("401")
    reader = other.sign_in(answer["token"])
    page.request.delete(f"/v1/tokens/{answer['id']}", headers={"Authorization": f"Bearer {served.token}"})
    # Elsewhere a revoked token may be known for a moment; here it ends at once.
    reader.goto("/providers")
    reader.wait_for_url("**/sign-in?back=%2Fproviders&reason=ended")
    assert "has ended" in reader.get_by_role("status").first.inner_text()


def test_forms_of_others_are_refused(page, served):
    page.goto("/drive/put")
    given = proof_and_key(page)
    assert page.request.post("/drive/put", form={"key": given["key"], "proof": "0" * 64}).status == 403
    assert page.request.post("/drive/put", form={"key": given["key"]}).status == 403


def test_cookie_alone_changes_nothing(page):
    assert page.request.post("/v1/check").status == 401
    assert page.request.get("/v1/objects").status == 200


def test_page_finds_the_server_again_after_a_restart(visit, served):
    context: Watched = visit()
    context.expect("ERR_", "Failed to load", "EventSource")
    page = context.sign_in(served.token)
    state = page.locator("[data-link-state]")
    expect(state).to_be_empty()
    served.stop(signal.SIGKILL)
    expect(state).to_contain_text("Trying again", timeout=20_000)
    served.start()
    expect(state).to_be_empty(timeout=20_000)
    # Still signed in, and alive: what is stored elsewhere appears without reloading.
    page.request.post(
        "/v1/objects",
        data={"source": {"bloch": [1.0, 0.5]}, "name": "after the restart"},
        headers={"Authorization": f"Bearer {served.token}"},
    )
    page.get_by_text("after the restart").first.wait_for()
