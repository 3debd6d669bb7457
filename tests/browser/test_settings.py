"""Settings of the console itself: password, sessions, tokens, webhooks, the audit log, the API's reader."""

from __future__ import annotations

from desk import Desk
from playwright.sync_api import Page, expect
from stage import Serving
from steps import NAME, PASSWORD, create_account, field, reload_until


def test_a_token_is_shown_once_works_and_works_no_more_when_it_is_revoked(page: Page, serving: Serving) -> None:
    create_account(page, serving)
    page.goto("/settings/tokens")
    field(page, "name").fill("HR portal")
    page.get_by_role("button", name="Create token").click()
    shown = page.get_by_role("status").locator("code")
    token = shown.inner_text()
    headers = {"authorization": f"Bearer {token}"}
    assert page.request.get("/api/v1/sources", headers=headers).status == 200

    page.goto("/settings/tokens")
    assert token not in page.content()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator("tbody .badge")).to_have_text("revoked")
    assert page.request.get("/api/v1/sources", headers=headers).status == 401


def test_what_was_asked_once_more_and_declined_is_not_done(page: Page, serving: Serving) -> None:
    create_account(page, serving)
    page.goto("/settings/tokens")
    field(page, "name").fill("HR portal")
    page.get_by_role("button", name="Create token").click()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Revoke").click()
    page.goto("/settings/tokens")
    expect(page.locator("tbody .badge")).to_have_text("valid")


def test_a_webhook_is_added_tested_paused_and_deleted(page: Page, serving: Serving) -> None:
    create_account(page, serving)
    page.goto("/settings/webhooks")
    # Nobody listens there: what is shown is that it was tried.
    field(page, "url").fill("http://127.0.0.1:9/hook")
    page.get_by_label("a run waits for approval").check()
    page.get_by_role("button", name="Add a webhook").click()
    expect(page.get_by_role("status").locator("code")).to_contain_text("whsec_")
    page.get_by_role("button", name="Send a test").click()
    # This page does not change by itself.
    reload_until(page, page.locator("tbody tr").filter(has_not_text="not told yet"))
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("tbody")).to_contain_text("paused")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nobody is told anything.")).to_be_visible()


def test_a_new_password_ends_the_other_sessions(desk: Desk, page: Page, serving: Serving) -> None:
    create_account(page, serving)
    other = desk.open()
    other.goto("/login")
    other.get_by_label("Name").fill(NAME)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Log in").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Identity sources")

    page.goto("/settings/account")
    expect(page.get_by_role("button", name="End session")).to_have_count(1)
    field(page, "current").fill(PASSWORD)
    field(page, "password").fill("another sentence of mine")
    field(page, "again").fill("another sentence of mine")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("button", name="End session")).to_have_count(0)
    other.reload()
    expect(other).to_have_url(f"{serving.url}/login?next=%2Fsources")


def test_the_audit_log_says_who_did_what(page: Page, serving: Serving) -> None:
    create_account(page, serving)
    page.goto("/settings/tokens")
    field(page, "name").fill("HR portal")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_text("was created")).to_be_visible()
    page.goto("/settings/audit")
    row = page.locator("tbody tr").filter(has_text="token created")
    expect(row).to_contain_text(NAME)
    expect(row).to_contain_text("HR portal")
    expect(page.locator("tbody tr").filter(has_text="account created")).to_have_count(1)


def test_the_theme_that_was_chosen_stays(page: Page, serving: Serving) -> None:
    create_account(page, serving)
    page.get_by_label("Theme").select_option("dark")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/history")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
