"""What a run did, and what can be done about it: the error log, exports, undo, retry."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

from desk import Desk
from playwright.sync_api import Page, expect
from stage import Serving, Simulator
from steps import add_source, create_account, ended, import_organisation, run_row
from worlds import Company


def downloaded(page: Page, link: str) -> str:
    """What a link of the changes has a browser save."""
    with page.expect_download() as download:
        page.locator("#changes").get_by_role("link", name=link).click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_the_error_log_says_what_is_wrong_what_to_do_and_what_dingtalks_support_asks_for(
    company: Company, desk_at: Callable[[str], Desk]
) -> None:
    page = desk_at(company.url).open(session=company.session)
    page.goto(company.partial)
    entries = page.locator("ol.log > li")
    expect(entries).to_have_count(5)
    expect(entries.filter(has_text="reading-covered")).to_contain_text("of them to the end")
    expect(entries.filter(has_text="removals-stopped")).to_contain_text("Nobody and nothing is removed by this run")

    page.locator("#run-log-facets").get_by_role("link", name="errors", exact=False).first.click()
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("Listed by its parent, and yet DingTalk says that it is not there: 60003: 部门不存在")
    expect(entries).to_contain_text("Import again; if it stays, report it to DingTalk's support")
    request_id = entries.locator(".fact").filter(has_text="request_id: ").inner_text()

    entries.get_by_role("button", name="Copy").click()
    expect(entries.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert request_id in copied, copied
    assert copied[0].endswith("(department-contradicted)"), copied

    page.goto(company.partial)
    page.get_by_role("searchbox", name="Words in the log").fill("telephone")
    page.locator("#log").get_by_role("button", name="Search").click()
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("phone-not-understood")


def test_changes_are_chosen_by_their_traits_and_taken_along_as_they_are_chosen(
    company: Company, desk_at: Callable[[str], Desk]
) -> None:
    page = desk_at(company.url).open(session=company.session)
    page.goto(company.full)
    facets = page.locator("#run-change-facets")
    facets.get_by_role("link", name="department").click()
    expect(page.locator("ol.changes > li")).to_have_count(15)

    rows = list(csv.DictReader(downloaded(page, "CSV").splitlines()))
    lines = [json.loads(line) for line in downloaded(page, "JSON Lines").splitlines()]
    assert len(rows) == len(lines) == 15
    assert {row["resource_type"] for row in rows} == {line["key"]["resource_type"] for line in lines} == {"Department"}
    assert company.simulator.control("GET", "/company")["name"] in {line["after"]["displayName"] for line in lines}

    page.get_by_role("searchbox", name="Name, id or changed value").fill("测试组")
    page.locator("#changes").get_by_role("button", name="Search").click()
    expect(page.locator("ol.changes > li")).to_have_count(3)


def test_what_a_run_did_is_undone_and_the_next_import_brings_it_back(
    page: Page, serving: Serving, simulator: Simulator
) -> None:
    create_account(page, serving)
    add_source(page, simulator, events="off")
    import_organisation(page)
    page.get_by_role("link", name="Undo…").click()
    expect(page.get_by_text("4 × person: created")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    ended(page, "would be held")
    expect(page.get_by_text("This was a preview")).to_be_visible()
    page.get_by_role("button", name="Undo now as this plan says").click()
    # Everybody would leave, so it asks for their number.
    label = page.locator("label[for=removals]").text_content() or ""
    page.locator("#removals").fill("".join(letter for letter in label if letter.isdigit()))
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("This was a preview")).to_have_count(0)
    ended(page, "succeeded")
    expect(page.locator(".figures > div").filter(has_text="deactivated").locator(".n")).to_have_text("4")

    page.goto("/sources/head-office")
    page.get_by_role("button", name="Import now").click()
    ended(page, "succeeded")
    page.goto("/sources/head-office/people/xiaoli")
    expect(page.get_by_text("present", exact=True)).to_be_visible()


def test_an_import_that_failed_is_tried_again_from_its_own_page(page: Page, serving: Serving, simulator: Simulator) -> None:
    create_account(page, serving)
    add_source(page, simulator, events="off")
    department = simulator.departments[-1]["dept_id"]
    refusal = {"errcode": {"code": 60003, "message": "部门不存在"}}
    simulator.go_wrong(
        {"fault": refusal, "path": "/topapi/v2/user/list", "params": {"dept_id": department}, "times": None}
    )
    page.get_by_role("button", name="Import organisation").click()
    ended(page, "partial")
    simulator.go_wrong()
    page.get_by_role("button", name="Import again").click()
    ended(page, "succeeded")
    page.goto("/sources/head-office/history")
    expect(run_row(page, "full import")).to_have_count(2)
