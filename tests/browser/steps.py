"""What a person does in the console, step by step: each begins on any page and ends on the page that it led to.

Not here: what is looked for (the tests), and who is served (stage.py).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from desk import PATIENCE_MS
from playwright.sync_api import Locator, Page, expect
from stage import PROXY_PASSWORD, PROXY_USER, Serving, Simulator

NAME = "admin"
PASSWORD = "a long sentence of my own"

# They open nothing but the callback address of a test, for as long as it runs.
CALLBACK_TOKEN = "onlyForTheTests2026"
CALLBACK_AES_KEY = "onlyForTheTests2026onlyForTheTests2026onlyF"


def create_account(page: Page, serving: Serving) -> None:
    page.goto(serving.setup)
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Identity sources")


def field(page: Page, pointer: str) -> Locator:
    """The field of a setting, whatever it is called in the reader's language."""
    return page.locator(f'[name="{pointer}"]')


def enter_source(page: Page, simulator: Simulator, *, name: str, secret: str, events: str) -> None:
    """Fill in the form of a new source, whose way out is the simulator's proxy."""
    application = simulator.application
    page.goto("/sources/new")
    page.locator('a[href^="/sources/new?connector="]').click()
    field(page, "/name").fill(name)
    field(page, "/settings/corp_id").fill(application.corp_id)
    field(page, "/settings/app_key").fill(application.app_key)
    field(page, "/settings/app_secret").fill(secret)
    field(page, "/settings/events").select_option(events)
    if events == "http":
        field(page, "/settings/callback_token").fill(CALLBACK_TOKEN)
        field(page, "/settings/callback_aes_key").fill(CALLBACK_AES_KEY)
    field(page, "/egress/proxy/url").fill(simulator.proxy)
    field(page, "/egress/proxy/user").fill(PROXY_USER)
    field(page, "/egress/proxy/password").fill(PROXY_PASSWORD)
    field(page, "/egress/ca").fill(simulator.ca.read_text())


def add_source(
    page: Page,
    simulator: Simulator,
    *,
    name: str = "head-office",
    secret: str | None = None,
    events: str = "stream",
    wait: Callable[[Page, Locator], None] = lambda page, target: expect(target).to_be_visible(),
) -> None:
    """Add a source, with its own secret unless told otherwise, confirm where it may go, and wait for what the check finds."""
    secret = simulator.application.app_secret if secret is None else secret
    enter_source(page, simulator, name=name, secret=secret, events=events)
    page.get_by_role("button", name="Save and check").click()
    page.get_by_role("button", name="Confirm and check").click()
    wait(page, page.get_by_role("button", name="Check again"))


def checked(page: Page) -> None:
    """Wait until the check has ended."""
    expect(page.get_by_role("button", name="Check again")).to_be_visible()


def reload_until(page: Page, target: Locator) -> None:
    """Load a page again until something is on it, as somebody does whose page does not change by itself."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not target.first.is_visible():
        assert time.monotonic() < deadline, f"{target} did not come"
        page.reload()


def import_organisation(page: Page) -> str:
    """Import, from a checklist that found nothing wrong, and wait until all of it is there; the path of the run."""
    page.get_by_role("button", name="Import organisation").click()
    return ended(page, "succeeded")


def ended(page: Page, state: str) -> str:
    """Wait, on the page of a run, until it has ended like this; its path."""
    expect(page).to_have_url(re.compile(r"/runs/[^/]+$"))
    expect(page.locator("#run-state .badge").first).to_have_text(state)
    return urlsplit(page.url).path


def connected(page: Page, source: str = "head-office") -> None:
    """Wait until changes of a source arrive by themselves."""
    page.goto(f"/sources/{source}/events")
    expect(page.locator("#events-standing").get_by_text("connected", exact=True)).to_be_visible()


def run_row(page: Page, *words: str) -> Locator:
    """The rows of the history that have all these words."""
    rows = page.locator("#runs tbody tr")
    for word in words:
        rows = rows.filter(has_text=word)
    return rows
