"""For everybody: by keyboard alone, and without JavaScript."""

from __future__ import annotations

from desk import Desk
from playwright.sync_api import Locator, Page, expect
from stage import PROXY_PASSWORD, PROXY_USER, Serving, Simulator
from steps import NAME, PASSWORD, add_source, create_account, field, reload_until, run_row

# More than any page has.
MAX_TABS = 120

# The outline of what has the focus, as the browser draws it.
OUTLINE = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus; wherever the focus is on the way, it can be seen."""
    expect(target).to_be_visible()
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        assert 2 <= page.evaluate(OUTLINE), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached by Tab")


def type_into(page: Page, pointer: str, text: str) -> None:
    tab_to(page, field(page, pointer))
    page.keyboard.insert_text(text)


def test_an_account_is_made_and_a_source_added_and_imported_by_keyboard_alone(
    page: Page, serving: Serving, simulator: Simulator
) -> None:
    page.goto(serving.setup)
    type_into(page, "name", NAME)
    type_into(page, "password", PASSWORD)
    type_into(page, "again", PASSWORD)
    page.keyboard.press("Enter")
    add = page.get_by_role("link", name="Add an identity source")
    tab_to(page, add)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Use DingTalk"))
    page.keyboard.press("Enter")

    application = simulator.application
    tab_to(page, field(page, "/name"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("head-office")
    type_into(page, "/settings/corp_id", application.corp_id)
    type_into(page, "/settings/app_key", application.app_key)
    type_into(page, "/settings/app_secret", application.app_secret)
    type_into(page, "/egress/proxy/url", simulator.proxy)
    type_into(page, "/egress/proxy/user", PROXY_USER)
    type_into(page, "/egress/proxy/password", PROXY_PASSWORD)
    type_into(page, "/egress/ca", simulator.ca.read_text())
    for name in ("Save and check", "Confirm and check", "Import organisation"):
        tab_to(page, page.get_by_role("button", name=name))
        page.keyboard.press("Enter")
    expect(page.locator("#run-state .badge").first).to_have_text("succeeded")
    tab_to(page, page.locator("#run-changes summary").first)
    page.keyboard.press("Enter")
    expect(page.locator("#run-changes table.compare").first).to_be_visible()


def test_the_first_tab_skips_what_every_page_has(page: Page, serving: Serving) -> None:
    create_account(page, serving)
    page.goto("/sources")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Add an identity source")).to_be_focused()


def test_without_javascript_an_organisation_is_imported_and_its_history_read(
    desk: Desk, serving: Serving, simulator: Simulator
) -> None:
    page = desk.open(java_script=False)
    create_account(page, serving)
    add_source(page, simulator, events="off", wait=reload_until)
    page.get_by_role("button", name="Import organisation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Run 1 of head-office")
    page.goto("/sources/head-office/history")
    succeeded = run_row(page, "full import", "succeeded")
    reload_until(page, succeeded)
    succeeded.get_by_role("link").first.click()
    page.locator("#run-changes summary").filter(has_text="Xiaoli").click()
    expect(page.locator("#run-changes table.compare").filter(has_text="Xiaoli").first).to_be_visible()
    # Moments are said with their time zone where nothing can translate them.
    expect(page.locator("time").first).to_contain_text("UTC")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
