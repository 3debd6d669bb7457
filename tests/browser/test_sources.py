"""What is done with sources beside importing them: uploading a connector, editing, removing and adding again."""

from __future__ import annotations

from collections.abc import Callable

from desk import Desk
from playwright.sync_api import Page, expect
from stage import Serving, Simulator, program
from steps import (
    CALLBACK_AES_KEY,
    CALLBACK_TOKEN,
    add_source,
    checked,
    connected,
    create_account,
    ended,
    field,
    import_organisation,
)


def test_a_connector_is_uploaded_through_the_form(desk_at: Callable[[str], Desk], shelfless: Serving) -> None:
    page = desk_at(shelfless.url).open()
    create_account(page, shelfless)
    page.goto("/sources/new")
    expect(page.get_by_text("There is no connector yet.")).to_be_visible()
    page.get_by_label("File").set_input_files(program("DINGTALK_CONNECTOR"))
    page.get_by_role("button", name="Upload and inspect").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add DingTalk")
    page.goto("/sources/new")
    expect(page.get_by_role("link", name="Use DingTalk")).to_be_visible()


def test_a_source_is_edited_and_keeps_its_secrets(page: Page, serving: Serving, simulator: Simulator) -> None:
    create_account(page, serving)
    add_source(page, simulator, events="off")
    page.goto("/sources/head-office/edit")
    for secret in ("/settings/app_secret", "/egress/proxy/password"):
        expect(field(page, secret)).to_have_value("")
    secrets = (simulator.application.app_secret, field(page, "/settings/app_key").input_value())
    assert secrets[0] not in page.content()
    assert secrets[1] in page.content()
    field(page, "/settings/requests_per_second").fill("12")
    page.get_by_role("button", name="Save and check").click()
    checked(page)
    # Both secrets were needed for that.
    expect(page.get_by_text("Nothing stands in the way of an import.")).to_be_visible()
    page.goto("/sources/head-office/edit")
    expect(field(page, "/settings/requests_per_second")).to_have_value("12")


def test_what_was_entered_wrongly_is_said_at_its_field_and_nothing_is_saved(
    desk: Desk, page: Page, serving: Serving, simulator: Simulator
) -> None:
    desk.is_refused("/sources/new")
    create_account(page, serving)
    page.goto("/sources/new")
    page.get_by_role("link", name="Use DingTalk").click()
    # A form, a connector, a proxy and a schedule each have their own eyes, and none of them hides what the others see.
    wrong = {"/name": "Head Office", "/settings/app_key": "", "/egress/proxy/url": "proxy", "/schedule/cron": "nightly"}
    for pointer, text in wrong.items():
        field(page, pointer).fill(text)
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved")
    for pointer in wrong:
        expect(field(page, pointer)).to_have_attribute("aria-invalid", "true")
    name = field(page, "/name")
    page.get_by_role("alert").get_by_role("link", name="Name").click()
    expect(name).to_be_focused()
    page.goto("/sources")
    expect(page.get_by_text("No identity source is connected yet.")).to_be_visible()


def test_a_source_is_removed_and_added_again_with_its_people_and_history(
    desk: Desk, page: Page, serving: Serving, simulator: Simulator
) -> None:
    create_account(page, serving)
    add_source(page, simulator, events="off")
    first = import_organisation(page)
    desk.is_refused("/sources/head-office/remove")
    page.goto("/sources/head-office")
    page.get_by_role("link", name="Remove").click()
    page.get_by_label("enter its name").fill("another")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("This is not the name of the source.")).to_be_visible()
    page.get_by_label("enter its name").fill("head-office")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("Identity source head-office was removed.")
    page.goto(first)
    expect(page.locator("#run-state")).to_contain_text("succeeded")

    add_source(page, simulator, events="off")
    page.get_by_role("button", name="Import organisation").click()
    ended(page, "succeeded")
    unchanged = page.locator(".figures > div").filter(has_text="unchanged")
    expect(unchanged.locator(".n")).to_have_text("8")


def test_a_source_that_is_called_shows_the_address_to_call_and_copies_it(
    page: Page, serving: Serving, simulator: Simulator
) -> None:
    create_account(page, serving)
    add_source(page, simulator, events="http")
    import_organisation(page)
    page.goto("/sources/head-office/events")
    address = page.locator(".copyable").first
    address.get_by_role("button", name="Copy").click()
    expect(address.get_by_role("button", name="Copied")).to_be_visible()
    url = page.evaluate("navigator.clipboard.readText()")
    assert url == f"{serving.url}/callbacks/head-office"

    simulator.subscribe(url, CALLBACK_TOKEN, CALLBACK_AES_KEY)
    simulator.mutate({"modify_user": {"userid": "xiaoli", "patch": {"name": "晓莉"}}})
    arrived = page.locator("#events-inbox tbody tr").filter(has_text="user_modify_org")
    expect(arrived.filter(has_text="done").filter(has_text="callback")).to_have_count(1)


def test_a_source_that_is_paused_says_so_until_it_goes_on(page: Page, serving: Serving, simulator: Simulator) -> None:
    create_account(page, serving)
    add_source(page, simulator)
    import_organisation(page)
    connected(page)
    page.goto("/sources/head-office")
    page.get_by_role("button", name="Pause the schedule").click()
    expect(page.get_by_role("button", name="Resume the schedule")).to_be_visible()
    page.goto("/sources")
    expect(page.get_by_text("schedule paused")).to_be_visible()
    page.goto("/sources/head-office")
    page.get_by_role("button", name="Resume the schedule").click()
    expect(page.get_by_role("button", name="Pause the schedule")).to_be_visible()

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Stop following").click()
    expect(page.get_by_role("button", name="Stop following")).to_have_count(0)
    page.goto("/sources")
    expect(page.get_by_text("not followed yet")).to_be_visible()
