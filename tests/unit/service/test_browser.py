"""What a browser's cookie is good for: reading, from our own pages."""

from __future__ import annotations

import pytest

from qloak.service.browser import cookie_name, cookie_secret, form_proof, session_secret


def scope(method: str = "GET", cookie: str = "qloak-80=abc", *, site: str | None = None, scheme: str = "http"):
    headers = [(b"cookie", cookie.encode())] + ([(b"sec-fetch-site", site.encode())] if site else [])
    return {"type": "http", "method": method, "scheme": scheme, "server": ("localhost", 80), "headers": headers}


def test_cookie_reads():
    assert session_secret(scope()) == "abc"
    assert session_secret(scope("HEAD", site="same-origin")) == "abc"


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "PATCH"])
def test_cookie_changes_nothing(method):
    assert session_secret(scope(method, site="same-origin")) == ""


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_have_no_session(site):
    assert session_secret(scope(site=site)) == ""


def test_servers_of_one_machine_have_cookies_of_their_own():
    assert cookie_secret(scope(cookie="qloak-81=abc")) == ""


def test_over_tls_the_name_binds_the_cookie_to_the_host():
    assert cookie_name(scope(scheme="https")).startswith("__Host-")


@pytest.mark.parametrize("cookie", ["", "=;=", "qloak-80", "a" * 10_000, "qloak-80=" + "x" * 9000])
def test_broken_cookies_are_none(cookie):
    assert cookie_secret(scope(cookie=cookie)) == ""


def test_proofs_are_of_one_token():
    assert form_proof("a") == form_proof("a") != form_proof("b")
    assert "a" * 8 not in form_proof("a" * 8)
