"""What an administrator lives through: from the first link to changes that arrive by themselves, and back out."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from desk import Desk
from playwright.sync_api import Page, expect
from stage import Serving, Simulator
from steps import (
    PASSWORD,
    add_source,
    checked,
    connected,
    create_account,
    ended,
    field,
    import_organisation,
    run_row,
)

# So many may leave within an hour without anybody looking at it.
N_USUAL = 5

# Notes what the progress of a run said each time it was drawn, and whether the page was ever loaded again.
WATCH_PROGRESS = """() => {
  window.said = [];
  const note = () => {
    const text = document.querySelector("#run-state progress + *")?.textContent ?? "";
    if (text !== "" && text !== window.said.at(-1)) window.said.push(text);
  };
  note();
  new MutationObserver(note).observe(document.querySelector("main"), { childList: true, subtree: true, characterData: true });
}"""


def test_an_administrator_connects_a_source_imports_it_and_sees_a_change_arrive(
    page: Page, serving: Serving, simulator: Simulator
) -> None:
    create_account(page, serving)

    add_source(page, simulator, secret="not-the-secret")
    refused = page.get_by_text("DingTalk does not accept app_key and app_secret")
    expect(refused).to_be_visible()
    expect(page.get_by_role("button", name="Import organisation")).to_have_count(0)
    page.get_by_role("link", name="Change settings").click()
    field(page, "/settings/app_secret").fill(simulator.application.app_secret)
    page.get_by_role("button", name="Save and check").click()
    checked(page)
    expect(refused).to_have_count(0)
    import_organisation(page)

    page.goto("/sources/head-office/organisation")
    page.locator(".tree").get_by_role("link", name="Feihua").click()
    page.locator(".tree").get_by_role("link", name="Operations").click()
    page.get_by_role("link", name="Xiaoli").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Xiaoli")

    page.goto("/sources/head-office/history")
    simulator.mutate({"modify_user": {"userid": "xiaoli", "patch": {"name": "晓莉"}}})
    arrived = run_row(page, "events", "succeeded")
    expect(arrived).to_have_count(1)
    arrived.get_by_role("link").first.click()
    page.locator("#run-changes summary").filter(has_text="晓莉").click()
    before_and_after = page.locator("table.compare tr").filter(has_text="Display name")
    expect(before_and_after.locator("td.was")).to_have_text("Xiaoli")
    expect(before_and_after.locator("td.is")).to_have_text("晓莉")

    page.get_by_label("Language").select_option("zh-CN")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("heading", level=1)).to_contain_text("head-office 的第")

    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(f"{serving.url}/login")
    page.goto("/sources")
    expect(page).to_have_url(f"{serving.url}/login?next=%2Fsources")


def test_an_import_is_watched_as_it_goes_on_without_loading_the_page_again(
    page: Page, serving: Serving, simulator: Simulator
) -> None:
    create_account(page, serving)
    add_source(page, simulator, events="off")
    simulator.answer_after(400)
    page.get_by_role("button", name="Import organisation").click()
    expect(page).to_have_url(re.compile(r"/runs/\d+$"))
    expect(page.locator("#run-state progress")).to_be_visible()
    page.evaluate(WATCH_PROGRESS)
    ended(page, "succeeded")
    expect(page.locator("#run-state progress")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(page.locator("ol.changes > li")).to_have_count(8)
    # It would be gone had the page been loaded again.
    said = page.evaluate("window.said")
    assert 2 <= len(set(said)), said


def test_a_set_up_link_is_good_once(desk: Desk, page: Page, serving: Serving) -> None:
    create_account(page, serving)
    other = desk.open()
    other.goto(serving.setup)
    expect(other).to_have_url(f"{serving.url}/login")


def test_somebody_who_enters_a_wrong_password_is_told_and_may_try_again(desk: Desk, page: Page, serving: Serving) -> None:
    create_account(page, serving)
    desk.is_refused("/login")
    other = desk.open()
    other.goto("/history")
    other.get_by_label("Name").fill("admin")
    other.get_by_label("Password").fill("not the sentence")
    other.get_by_role("button", name="Log in").click()
    expect(other.get_by_role("status")).to_contain_text("Name or password is wrong.")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Log in").click()
    # To where they wanted to go.
    expect(other).to_have_url(f"{serving.url}/history")


def test_departures_that_are_too_many_wait_until_somebody_approves_them(
    desk: Desk, page: Page, serving: Serving, large_simulator: Simulator
) -> None:
    create_account(page, serving)
    add_source(page, large_simulator)
    import_organisation(page)
    connected(page)
    page.goto("/sources/head-office/history")
    # One after another: how events that come together are told apart into runs is a matter of moments.
    *usual, one_more = (leaver["userid"] for leaver in large_simulator.people[:N_USUAL + 1])
    for n_gone, userid in enumerate(usual, 1):
        large_simulator.mutate({"remove_user": {"userid": userid}})
        expect(run_row(page, "events", "succeeded")).to_have_count(n_gone)
    large_simulator.mutate({"remove_user": {"userid": one_more}})
    held = run_row(page, "events", "held")
    expect(held).to_have_count(1)
    held.get_by_role("link").first.click()

    page.get_by_role("link", name="Look at them and decide").click()
    waiting = page.locator("tbody tr")
    expect(waiting).to_have_count(1)
    expect(waiting.filter(has_text=one_more).filter(has_text="60121")).to_have_count(1)
    # Nothing happens without the number.
    decision = urlsplit(page.url).path
    desk.is_refused(decision)
    page.get_by_role("button", name="Ask again and apply").click()
    expect(page.get_by_text("confirm the number 1")).to_have_count(1)
    page.goto(decision)
    page.get_by_label("Type how many objects would be removed").fill("1")
    page.get_by_role("button", name="Ask again and apply").click()
    ended(page, "succeeded")

    page.goto("/sources/head-office/organisation")
    departed = page.locator(".figures > div").filter(has_text="Departed people")
    expect(departed.locator(".n")).to_have_text(str(N_USUAL + 1))
    page.goto("/sources/head-office/history")
    expect(run_row(page, "held").get_by_text("Look at them")).to_have_count(0)
