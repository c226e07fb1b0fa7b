"""Activity: the audit log and its chain, checks, metrics, tokens whose secret is shown once, tenants."""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Watched, grave_violations, overflow
from tests.webserver import Caller, WebServer

ALL = ["read", "write", "admin", "emulator", "rehearse", "metrics"]
HOSTILE = '<img src=x onerror="alert(1)">'
DARK_PHONE = {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}}
TABS = ("/activity", "/activity/metrics", "/activity/tokens", "/activity/tenants")
_numbers = itertools.count(1)


class Person(Caller):
    """Somebody with a token, by HTTP."""

    def put(self, **more: Any) -> str:
        """Store a state; its id."""
        return self("POST", "/v1/objects", {"source": {"bloch": [1.0, 0.5]}, **more})["id"]

    def new(self, scopes: list[str], **more: Any) -> tuple[Person, str]:
        """Somebody with a token that this one made, and its id."""
        made = self("POST", "/v1/tokens", {"scopes": scopes, **more})
        return Person(self.url, made["token"]), made["id"]

    def works(self) -> bool:
        """Whether the token still opens anything."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.get(self.url + "/v1/session", headers=headers).status_code == 200


@pytest.fixture
def operator(served):
    return Person(served.url, served.token)


@pytest.fixture
def tenant(operator):
    """Somebody of a tenant of their own, who may do what tenants may."""
    name = f"tenant-{next(_numbers)}"
    operator("POST", "/v1/tenants", {"name": name})
    return operator.new(["read", "write", "admin"], tenant=name)[0]


@pytest.fixture
def at(visit):
    """Opens a page in a new browser of somebody."""

    def at(person: Person, path: str, *expected: str, **options: Any) -> Page:
        context: Watched = visit(**options)
        context.expect(*expected)
        page = context.sign_in(person.token)
        page.goto(path)
        return page

    return at


@contextmanager
def ledger(served: WebServer) -> Iterator[sqlite3.Connection]:
    """The ledger's file, as somebody has it who can write there."""
    with closing(sqlite3.connect(served.folder / "vault" / "vault.db", timeout=30)) as database, database:
        yield database


def texts(page: Page, selector: str) -> list[str]:
    return page.locator(selector).all_inner_texts()


class TestAuditLog:
    def test_tells_a_story_backwards(self, at, tenant):
        name = tenant.put(name="mine")
        tenant("POST", f"/v1/objects/{name}/redeem", {"verify": 2})
        page = at(tenant, "/activity")
        assert texts(page, ".line-what strong") == [
            "Redeemed: the key is spent",
            "Redeeming began",
            "Storing began",
            "A token was made",
            "A tenant was added",
        ]
        assert "clones S1, S2" in page.locator(".line-what").first.inner_text()
        assert "by you" in page.locator(".line-foot").first.inner_text()
        page.locator(".line-of a").first.click()
        page.wait_for_url(f"**/drive/{name}")

    def test_empty_log_leads_to_storing(self, at, tenant):
        page = at(tenant, "/activity?subject=nothing-of-this-name")
        expect(page.get_by_text("No line fits")).to_be_visible()
        assert grave_violations(page) == []
        page.get_by_role("link", name="All lines").click()
        page.wait_for_url("**/activity")

    def test_filters_by_kind_and_by_subject(self, at, tenant):
        first, second = tenant.put(), tenant.put()
        tenant("POST", f"/v1/objects/{second}/redeem")
        page = at(tenant, "/activity")
        page.get_by_label("Kind").select_option("redeem")
        page.wait_for_url("**/activity?kind=redeem&subject=")
        assert texts(page, ".line-what strong") == ["Redeemed: the key is spent", "Redeeming began"]
        page.goto("/activity")
        page.get_by_label("Object, register or token").fill(first)
        page.get_by_role("button", name="Show").click()
        assert texts(page, ".line-what strong") == ["Storing began"]
        page.goto("/activity")
        page.get_by_role("link", name=f"only this: {second}").first.click()
        assert len(texts(page, ".line")) == 3

    def test_pages_lead_to_the_beginning_and_back(self, at, served, tenant):
        name = tenant("GET", "/v1/session")["tenant"]
        with ledger(served) as database:
            lines = [(name, 1e9, "somebody", "an-unknown-action", f"register {i}", "") for i in range(52)]
            columns = "(tenant, at, actor, action, subject, detail)"
            database.executemany(f"INSERT INTO audit {columns} VALUES (?, ?, ?, ?, ?, ?)", lines)
        page = at(tenant, "/activity")
        assert len(texts(page, ".line")) == 50
        page.get_by_role("link", name="Older lines").click()
        page.wait_for_url("**/activity?before=*")
        subjects = page.locator(".line-of code[title]").evaluate_all("all => all.map((each) => each.title)")
        assert subjects[:2] == ["register 1", "register 0"]
        assert texts(page, ".line-what strong")[:2] == ["an-unknown-action"] * 2
        expect(page.get_by_text("This is where the log begins")).to_be_visible()
        page.get_by_role("link", name="To the newest lines").click()
        assert len(texts(page, ".line")) == 50

    @pytest.mark.parametrize(
        "query",
        ["?before=abc", "?before=-1", "?before=" + "9" * 30, "?before=٣", "?kind=nope", "?kind=../x&before=0"],
    )
    def test_what_makes_no_sense_is_left_out(self, at, operator, query):
        page = at(operator, "/activity" + query)
        assert texts(page, ".line")
        assert page.get_by_label("Kind").input_value() == ""

    def test_hostile_subject_is_only_text(self, at, operator):
        page = at(operator, "/activity")
        page.get_by_label("Object, register or token").fill(HOSTILE)
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_text("No line fits")).to_be_visible()
        assert page.get_by_label("Object, register or token").input_value() == HOSTILE
        assert page.locator("main img").count() == 0

    def test_new_lines_come_by_themselves_and_are_sealed(self, at, tenant):
        page = at(tenant, "/activity")
        page.evaluate("window.sameAsBefore = true")
        tenant.put()
        expect(page.locator(".line-what strong").first).to_have_text("Storing began")
        # The gateway seals every two seconds.
        expect(page.locator(".line").first).to_have_class(re.compile("sealed"))
        expect(page.locator(".chain .badge")).to_have_text("all are sealed", timeout=45_000)
        assert page.evaluate("window.sameAsBefore === true")
        count = int(page.locator(".chain .big").inner_text())
        assert count == len(tenant("GET", "/v1/audit")["entries"])
        assert page.locator("#seal").inner_text() == tenant("GET", "/v1/audit?before=0")["chain"]["seal"]

    def test_seal_can_be_copied(self, visit, operator):
        context = visit(permissions=["clipboard-read", "clipboard-write"])
        page = context.sign_in(operator.token)
        page.goto("/activity")
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_text("Copied.")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == page.locator("#seal").inner_text()


class TestCheck:
    def test_says_that_all_is_well_without_leaving(self, at, operator):
        page = at(operator, "/activity")
        page.get_by_role("button", name="Check now").click()
        expect(page.locator("#check .notice")).to_contain_text(re.compile("Everything fits|Every promise"))
        assert page.evaluate("document.activeElement.id") == "h-check"
        assert page.url.endswith("/activity")
        assert grave_violations(page) == []
        page.get_by_role("button", name="Check again").click()
        expect(page.locator("#check .notice")).to_be_visible()

    def test_works_without_scripts(self, visit, operator):
        page = visit(java_script_enabled=False).sign_in(operator.token)
        page.goto("/activity")
        page.get_by_role("button", name="Check now").click()
        page.locator("#check .notice").wait_for()
        page.goto("/activity/check")
        page.wait_for_url("**/activity")

    def test_a_changed_past_is_seen(self, at, served, operator):
        operator.put(name="to be hidden")
        page = at(operator, "/activity")
        expect(page.locator(".chain .badge")).to_have_text("all are sealed", timeout=45_000)
        with ledger(served) as database:
            (line, actor) = database.execute("SELECT entry_id, actor FROM audit ORDER BY entry_id LIMIT 1").fetchone()
            database.execute("UPDATE audit SET actor = 'nobody' WHERE entry_id = ?", [line])
        try:
            page.get_by_role("button", name="Check now").click()
            expect(page.locator("#check .notice")).to_contain_text("1 promise of the vault does not hold")
            expect(page.locator(".findings")).to_contain_text(f"line {line} is not what was sealed")
            assert grave_violations(page) == []
        finally:
            with ledger(served) as database:
                database.execute("UPDATE audit SET actor = ? WHERE entry_id = ?", [actor, line])

    def test_is_the_operators(self, at, tenant):
        page = at(tenant, "/activity")
        assert page.get_by_role("button", name="Check now").count() == 0
        expect(page.get_by_text("it is for the operator")).to_be_visible()


class TestMetrics:
    def test_counts_puts_redemptions_and_refusals(self, at, operator):
        page = at(operator, "/activity/metrics")

        def figures() -> dict[str, int]:
            names = page.locator(".figure dt").all_inner_texts()
            numbers = page.locator(".figure .big").all_inner_texts()
            return {name: int(number.replace(",", "")) for name, number in zip(names, numbers, strict=True)}

        before = figures()
        name = operator.put()
        operator("POST", f"/v1/objects/{name}/redeem")
        headers = {"Authorization": f"Bearer {operator.token}"}
        assert httpx2.post(f"{operator.url}/v1/objects/{name}/redeem", headers=headers).status_code == 409
        operator.put(name="one more")
        # It follows the events; the last put comes with the others.
        expect(page.locator(".figure .big").first).to_have_text(str(before["Stored"] + 2))
        page.reload()
        after = figures()
        assert {each: after[each] - before[each] for each in before} == {
            "Stored": 2,
            "Redeemed": 1,
            "Refused": 1,
            "Failed": 0,
        }

    def test_pictures_have_words(self, at, operator):
        operator.put()
        page = at(operator, "/activity/metrics")
        picture = page.locator(".speed svg").first.get_attribute("aria-label")
        assert re.fullmatch(r"Of [\d,]+ requests, half took at most .+ m?s and 95 % at most .+ m?s\.", picture)
        assert texts(page, ".speed h3") == ["Storing", "Redeeming", "Everything else"]
        row = page.locator(".states tbody tr").first
        assert "stored" in row.inner_text()
        expect(page.get_by_text("of 6 answer")).to_be_visible()

    def test_needs_the_scope_and_the_operator(self, at, operator, tenant):
        reader, _ = operator.new(["read"])
        page = at(reader, "/activity/metrics")
        expect(page.locator(".notice")).to_contain_text("scope metrics")
        page = at(tenant, "/activity")
        assert texts(page, ".tabs a") == ["Audit log", "Tokens"]
        page.goto("/activity/metrics")
        expect(page.locator(".notice")).to_contain_text("they are for the operator")
        assert page.request.get("/activity/metrics/part").status == 403


def fill_token(page: Page, name: str, *scopes: str) -> None:
    page.get_by_role("link", name="Make a token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    for scope in scopes:
        dialog.locator(f"input[value={scope}]").check()
    dialog.get_by_role("button", name="Make it").click()


class TestTokens:
    def test_secret_is_shown_once_copied_and_works(self, visit, operator):
        context = visit(permissions=["clipboard-read", "clipboard-write"])
        page = context.sign_in(operator.token)
        page.goto("/activity/tokens")
        fill_token(page, HOSTILE, "write")
        expect(page.get_by_role("heading", name="The token is made")).to_be_focused()
        secret = page.locator("[data-secret]").inner_text()
        assert grave_violations(page) == []
        page.get_by_role("dialog").get_by_role("button", name="Copy").click()
        expect(page.get_by_text("Copied.")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == secret
        session = Person(operator.url, secret)("GET", "/v1/session")
        assert sorted(session["scopes"]) == ["read", "write"]
        page.get_by_role("link", name="I have it").click()
        # The list behind the dialog knows of it already; its secret is nowhere any more.
        card = page.locator(".token", has=page.get_by_text(HOSTILE))
        expect(card).to_be_visible()
        assert secret not in page.content()
        assert page.locator("main img").count() == 0
        page.reload()
        expect(card).to_be_visible()
        assert secret not in page.content()

    def test_works_without_scripts(self, visit, operator):
        page = visit(java_script_enabled=False).sign_in(operator.token)
        page.goto("/activity/tokens/new")
        page.get_by_label("Name").fill("no scripts")
        page.get_by_label("Valid for").select_option("hour")
        page.get_by_role("button", name="Make it").click()
        made = Person(operator.url, page.locator("[data-secret]").inner_text())
        assert made.works()
        assert page.get_by_role("button", name="Copy").count() == 0
        page.goto("/activity/tokens")
        card = page.locator(".token", has=page.get_by_text("no scripts"))
        card.get_by_role("link", name="Revoke").click()
        page.get_by_role("button", name="Revoke it").click()
        page.wait_for_url("**/activity/tokens?said=activity.revoked")
        assert not made.works()

    def test_no_more_than_one_has(self, at, operator):
        small, _ = operator.new(["read", "admin"])
        page = at(small, "/activity/tokens/new", "422", "403")
        values = page.locator("[name=scopes]").evaluate_all("all => all.map((each) => each.value)")
        assert values == ["read", "admin"]
        page.locator("[value=read]").uncheck()
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_role("alert")).to_contain_text("Choose at least one thing")
        # A form that was tampered with is refused by the vault.
        page.locator("[value=admin]").evaluate("field => { field.value = 'metrics'; }")
        page.locator("[value=metrics]").check()
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_role("alert")).to_contain_text("not yours to give")
        assert grave_violations(page) == []

    def test_lost_connection_does_not_pretend(self, at, operator):
        page = at(operator, "/activity/tokens/new", "ERR_", "Failed to load")
        page.context.route("**/activity/tokens/new", lambda route: route.abort())
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_role("alert")).to_contain_text("not known whether a token was made")

    def test_revoking_asks_first(self, at, operator):
        other, other_id = operator.new(["read"], name="the other")
        page = at(operator, "/activity/tokens")
        page.locator(f"#revoke-{other_id}").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("the other")
        assert grave_violations(page) == []
        dialog.get_by_role("link", name="Keep it").click()
        expect(dialog).to_have_count(0)
        assert other.works()
        expect(page.locator(f"#revoke-{other_id}")).to_be_focused()
        page.locator(f"#revoke-{other_id}").click()
        page.get_by_role("button", name="Revoke it").click()
        page.wait_for_url("**/activity/tokens?said=activity.revoked")
        assert not other.works()
        page.get_by_text(re.compile("that ha(s|ve) ended")).click()
        ended = page.locator(".ended .token", has=page.get_by_text("the other"))
        expect(ended).to_contain_text("Revoked")
        page.goto(f"/activity/tokens/of/{other_id}")
        expect(page.get_by_text("has ended already")).to_be_visible()

    def test_revoking_ones_own_signs_out(self, at, operator):
        mine, mine_id = operator.new(ALL, name="mine")
        page = at(mine, "/activity/tokens", "401")
        assert "you are signed in with this one" in page.locator(".token").first.inner_text()
        page.locator(f"#revoke-{mine_id}").click()
        expect(page.get_by_text("Revoking it signs you out")).to_be_visible()
        page.get_by_role("button", name="Revoke it and sign out").click()
        page.wait_for_url("**/sign-in?reason=revoked")
        expect(page.get_by_role("status").first).to_contain_text("You have revoked the token")
        assert [c for c in page.context.cookies() if c["name"].startswith("qloak-")] == []
        assert not mine.works()
        page.goto("/activity")
        page.wait_for_url("**/sign-in?back=%2Factivity")

    def test_needs_the_scope(self, at, operator):
        reader, reader_id = operator.new(["read"])
        page = at(reader, "/activity/tokens")
        expect(page.locator(".notice")).to_contain_text("scope admin")
        expect(page.locator(".facts")).to_contain_text(reader_id)
        assert page.get_by_role("link", name="Make a token").count() == 0
        assert grave_violations(page) == []
        page.goto("/activity/tokens/new")
        assert page.locator("form[data-answer]").count() == 0

    def test_of_others_do_not_exist(self, at, operator, tenant):
        _, theirs = operator.new(["read"])
        page = at(tenant, "/activity/tokens", "404")
        assert page.locator(f"#revoke-{theirs}").count() == 0
        page.goto(f"/activity/tokens/of/{theirs}")
        expect(page.get_by_role("alert")).to_contain_text("no such token")


class TestTenants:
    def test_operator_adds_one_and_makes_its_token(self, at, operator):
        page = at(operator, "/activity/tenants", "409", "422")
        name = f"acme-{next(_numbers)}"
        page.get_by_role("link", name="Add a tenant").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Objects at a time").fill("2")
        dialog.get_by_role("button", name="Add it").click()
        page.wait_for_url("**/activity/tenants?said=activity.tenant_made")
        card = page.locator(".tenant-card", has=page.get_by_role("heading", name=name, exact=True))
        expect(card).to_contain_text("0 of 2")
        card.get_by_role("link", name="Make a token for it").click()
        dialog = page.get_by_role("dialog")
        assert dialog.get_by_role("combobox", name="Tenant").input_value() == name
        dialog.locator("[value=write]").check()
        dialog.get_by_role("button", name="Make it").click()
        theirs = Person(operator.url, page.locator("[data-secret]").inner_text())
        assert theirs("GET", "/v1/session")["tenant"] == name
        theirs.put()
        page.goto("/activity/tenants")
        expect(card).to_contain_text("1 of 2")
        assert grave_violations(page) == []

    @pytest.mark.parametrize("name", ["local stranger", HOSTILE, "twice"])
    def test_names_that_cannot_be_are_refused_in_place(self, at, operator, name):
        page = at(operator, "/activity/tenants/new", "422", "409")
        if name == "twice":
            operator("POST", "/v1/tenants", {"name": name})
        field = page.get_by_label("Name")
        field.evaluate("field => field.removeAttribute('pattern')")
        field.fill(name)
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_role("alert")).to_contain_text(re.compile("expected|already"))
        assert page.locator("main img").count() == 0

    def test_is_the_operators(self, at, tenant):
        page = at(tenant, "/activity/tenants")
        expect(page.locator(".notice")).to_contain_text("Tenants are for the operator")
        assert page.get_by_role("link", name="Add a tenant").count() == 0


def test_keyboard_alone_makes_and_revokes_a_token(at, operator):
    page = at(operator, "/activity/tokens")
    page.locator("#new-token").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    page.keyboard.press("Tab")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("by keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The token is made")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator("#new-token")).to_be_focused()
    card = page.locator(".token", has=page.get_by_text("by keyboard"))
    card.get_by_role("link").focus()
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Revoke it").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/activity/tokens?said=activity.revoked")


@pytest.mark.parametrize("path", [*TABS, "/activity/tokens/new", "/activity/tenants/new"])
def test_dark_and_narrow(at, operator, path):
    operator.new(ALL, name="w" * 60, expires_seconds=3600 * 24 * 8)
    page = at(operator, path, **DARK_PHONE)
    assert overflow(page) == 0
    assert grave_violations(page) == []
