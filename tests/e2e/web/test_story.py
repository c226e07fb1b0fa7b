"""The whole story in a browser: put by dragging the sphere, lose five of six providers, redeem, refused after that."""

from __future__ import annotations

import math
import re

from playwright.sync_api import expect

PROVIDERS = ("aurora", "borealis", "cirrus", "dune", "ember", "fjord")
SURVIVOR = "ember"


def drag_arrow(page, dx: float, dy: float) -> tuple[int, int]:
    """Drag the sphere's arrow by its tip; the angles that the page shows then, in degrees."""
    tip = page.locator("[data-sphere] .bloch-tip").bounding_box()
    x, y = tip["x"] + tip["width"] / 2, tip["y"] + tip["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up()
    return tuple(int(page.locator(f"[name={name}]").input_value()) for name in ("theta", "phi"))


def put_by_dragging(page) -> tuple[str, tuple[int, int]]:
    """Store a state from the drive's dialog; the object's address and the state's angles."""
    page.get_by_role("link", name="Store a state").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[data-sphere] .bloch-tip").wait_for()
    before = tuple(int(page.locator(f"[name={name}]").input_value()) for name in ("theta", "phi"))
    angles = drag_arrow(page, -45, 38)
    assert angles != before
    dialog.get_by_label("Encrypted clones").fill("6")
    dialog.get_by_label("Name").fill("the story")
    expect(dialog.locator("[data-plan-body]")).to_contain_text("13")  # 2 n + 1 qubits
    dialog.get_by_role("button", name="Store it").click()
    page.wait_for_url(re.compile(r"/drive/[0-9A-Z]{26}"))
    return page.url.partition("?")[0], angles


def destroy(page, name: str) -> None:
    page.goto("/providers")
    page.get_by_role("link", name=f"Break it… {name}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Destroy its site").click()
    dialog.get_by_label("I understand").check()
    dialog.get_by_role("button", name="Destroy for ever").click()
    page.get_by_text("The site is destroyed.").wait_for()


def test_story(page):
    address, (theta, phi) = put_by_dragging(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("the story")
    for name in PROVIDERS:
        if name != SURVIVOR:
            destroy(page, name)
    row = page.get_by_role("row", name=re.compile("the story"))
    expect(row).to_contain_text("1 of 6")

    page.goto(address)
    expect(page.get_by_role("heading", name=re.compile("Only one clone"))).to_be_visible()
    page.get_by_role("link", name="Redeem…").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("I understand that the key will be spent").check()
    dialog.get_by_role("button", name="Spend the key and redeem").click()
    page.wait_for_url("**/workbench/**")

    # The state that came back is the one that the arrow showed: cos(theta/2)|0> + e^(i phi) sin(theta/2)|1>.
    page.get_by_role("button", name=re.compile("Look")).click()
    vector = page.locator("[data-vector]").first
    vector.wait_for()
    found = [float(part) for part in vector.get_attribute("data-vector").split()]
    t, p = math.radians(theta), math.radians(phi)
    expected = [math.sin(t) * math.cos(p), math.sin(t) * math.sin(p), math.cos(t)]
    assert all(abs(a - b) < 1e-6 for a, b in zip(found, expected, strict=True)), (found, expected)

    page.goto(address + "/redeem")
    expect(page.get_by_role("heading", level=1)).to_have_text("The key has already been used")
    assert page.get_by_role("button", name="Spend the key and redeem").count() == 0


def test_second_redeem_is_refused_whoever_asks(page, served):
    for name in PROVIDERS:
        # The story may have been played before on the same server.
        page.request.post(f"/v1/providers/{name}/recover", headers={"Authorization": f"Bearer {served.token}"})
    page.goto("/drive")
    page.wait_for_load_state("load")
    address, _ = put_by_dragging(page)
    first = page.context.new_page()
    first.goto(address + "/redeem")
    page.goto(address + "/redeem")
    for shown in (first, page):
        shown.get_by_label("I understand that the key will be spent").check()
    first.get_by_role("button", name="Spend the key and redeem").click()
    first.wait_for_url("**/workbench/**")
    # The other page has the form still; what it sends is refused by the gateway and not by the page.
    answer = page.request.post(
        "/v1/objects/" + address.rpartition("/")[2] + "/redeem",
        data={},
        headers={"Authorization": f"Bearer {served.token}"},
    )
    assert (answer.status, answer.json()["code"]) == (409, "key-consumed")
