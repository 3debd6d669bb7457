"""Finding people, and why somebody is here or not."""

from __future__ import annotations

from collections.abc import Callable

from desk import Desk
from playwright.sync_api import Page, expect
from stage import Serving, Simulator
from steps import add_source, create_account, import_organisation
from worlds import Company


def test_people_are_found_by_name_phone_and_address(company: Company, desk_at: Callable[[str], Desk]) -> None:
    page = desk_at(company.url).open(session=company.session)
    page.goto("/sources/head-office/organisation")
    person = company.renamed
    for words in ("欧阳若", person["mobile"][3:], person["userid"]):
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("link", name="欧阳若曦")).to_be_visible()


def test_why_answers_for_somebody_who_is_here_who_left_and_whom_nobody_knows(
    company: Company, desk_at: Callable[[str], Desk]
) -> None:
    page = desk_at(company.url).open(session=company.session)
    answers = {
        "欧阳若曦": "欧阳若曦 is here:",
        company.departed: "It is kept as departed.",
        company.kept: "held the departure back until somebody decides",
        "nobody": "was ever read",
    }
    page.goto("/sources/head-office/why")
    for words, answer in answers.items():
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("button", name="Find out").click()
        expect(page.locator("#answer .notice, main > .notice").first).to_contain_text(answer)


def test_the_source_is_asked_about_somebody_now(page: Page, serving: Serving, simulator: Simulator) -> None:
    create_account(page, serving)
    add_source(page, simulator, events="off")
    import_organisation(page)
    simulator.mutate({"modify_user": {"userid": "xiaoli", "patch": {"name": "晓莉"}}})
    page.goto("/sources/head-office/why")
    page.get_by_role("searchbox").fill("xiaoli")
    page.get_by_role("button", name="Find out").click()
    page.get_by_role("button", name="Ask the source now").click()
    expect(page.locator("#answer")).to_contain_text("晓莉 is here")
    expect(page.locator(".trail")).to_contain_text("admin asked the source")


def test_somebody_who_came_meanwhile_is_asked_for_by_id(page: Page, serving: Serving, simulator: Simulator) -> None:
    create_account(page, serving)
    add_source(page, simulator, events="off")
    import_organisation(page)
    user = {**simulator.people[-1], "userid": "newcomer", "name": "新来的", "unionid": "newcomerUnion"}
    for unique in ("mobile", "email", "org_email", "job_number", "telephone"):
        user.pop(unique, None)
    simulator.mutate({"add_user": user})
    page.goto("/sources/head-office/why")
    page.get_by_role("searchbox").fill("newcomer")
    page.get_by_role("button", name="Find out").click()
    expect(page.get_by_text("was ever read")).to_be_visible()
    page.get_by_role("button", name="Ask the source now").click()
    expect(page.locator("#answer")).to_contain_text("新来的 is here")
