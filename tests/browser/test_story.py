"""What an administrator lives through: from the first link to changes that arrive by themselves."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from stage import PROXY_PASSWORD, PROXY_USER, Serving, Simulator

PASSWORD = "a long sentence of my own"


def create_account(page: Page, serving: Serving) -> None:
    page.goto(serving.setup)
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Identity sources")


def field(page: Page, pointer: str, value: str) -> None:
    page.locator(f'[name="{pointer}"]').fill(value)


def add_source(page: Page, simulator: Simulator, secret: str) -> None:
    application = simulator.application
    page.goto("/sources/new")
    page.get_by_role("link", name="Use").click()
    field(page, "/name", "head-office")
    field(page, "/settings/corp_id", application.corp_id)
    field(page, "/settings/app_key", application.app_key)
    field(page, "/settings/app_secret", secret)
    page.locator('[name="/settings/events"]').select_option("stream")
    field(page, "/egress/proxy/url", simulator.proxy)
    field(page, "/egress/proxy/user", PROXY_USER)
    field(page, "/egress/proxy/password", PROXY_PASSWORD)
    field(page, "/egress/ca", simulator.ca.read_text())
    page.get_by_role("button", name="Save and check").click()
    page.get_by_role("button", name="Confirm and check").click()


def test_an_administrator_connects_a_source_imports_it_and_sees_a_change_arrive(
    page: Page, serving: Serving, simulator: Simulator, shoot: Callable[[Page, str], None]
) -> None:
    secret = simulator.application.app_secret
    create_account(page, serving)

    add_source(page, simulator, "not-the-secret")
    expect(page.get_by_text("DingTalk does not accept app_key and app_secret")).to_be_visible()
    shoot(page, "check-wrong-secret")

    page.get_by_role("link", name="Change settings").click()
    field(page, "/settings/app_secret", secret)
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_text("DingTalk does not accept app_key and app_secret")).to_have_count(0)
    shoot(page, "check-passed")
    page.get_by_role("button", name="Import organisation").click()
    expect(page.get_by_text("succeeded").first).to_be_visible()
    shoot(page, "run")

    page.goto("/sources/head-office/people/xiaoli")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Xiaoli")
    page.goto("/sources/head-office/history")
    simulator.mutate({"modify_user": {"userid": "xiaoli", "patch": {"name": "晓莉"}}})
    arrived = page.locator("tbody tr").filter(has_text="events").filter(has_text="succeeded")
    expect(arrived).to_have_count(1)
    shoot(page, "history")
    page.goto("/sources/head-office/people/xiaoli")
    expect(page.get_by_role("heading", level=1)).to_contain_text("晓莉")
    shoot(page, "person")
    page.goto("/sources/head-office/organisation")
    shoot(page, "organisation")

    page.get_by_label("Language").select_option("zh-CN")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    shoot(page, "organisation-zh")

    page.get_by_role("button", name="退出登录").click()
    page.goto("/sources")
    expect(page).to_have_url(f"{serving.url}/login?next=%2Fsources")
