"""The pages as an application: what is answered where nothing can be."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from qloak.web import OneTimeLinks, add_pages
from qloak.web.pages import drive
from tests.gateways import ALL_SCOPES, Gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with Gateway(tmp_path_factory.mktemp("pages") / "vault") as gateway:
        add_pages(gateway.app, OneTimeLinks())
        yield gateway


@pytest.fixture
def browser(gateway):
    """Somebody signed in."""
    secret, _ = gateway.vault.ledger.tokens.create("local", ALL_SCOPES)
    client = TestClient(gateway.app, raise_server_exceptions=False, follow_redirects=False)
    assert client.post("/sign-in", data={"token": secret}).status_code == 303
    return client


def test_bug_of_a_page_is_a_page_too(browser, monkeypatch):
    async def broken(_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(drive, "_listed", broken)
    answer = browser.get("/drive")
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "secret detail" not in answer.text
    live = browser.get("/drive", headers={"X-Qloak-Live": "1"})
    assert (live.status_code, live.json()["code"]) == (500, "failed")


def test_what_is_no_page_is_one_that_says_so(browser):
    assert "There is no such page" in browser.get("/nowhere").text
    assert browser.get("/nowhere").status_code == 404


def test_below_v1_everything_is_a_problem_document(gateway, browser):
    secret, _ = gateway.vault.ledger.tokens.create("local", ALL_SCOPES)
    answer = browser.get("/v1/nowhere", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_home_is_the_drive(browser):
    assert browser.get("/").headers["location"] == "/drive"


def test_static_files_are_kept_for_ever_under_their_version_only(browser):
    page = browser.get("/drive").text
    start = page.index("/static/")
    path = page[start : page.index('"', start)]
    assert "immutable" in browser.get(path).headers["cache-control"]
    old = "/static/0/" + path.split("/", 3)[3]
    assert browser.get(old).headers["cache-control"] == "no-cache"
    assert browser.get("/static/0/../app.py").status_code == 404
