"""Pages that change by themselves: while somebody sees them, and for as long as they may."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from stage import Serving, Simulator
from steps import add_source, create_account, import_organisation

# A browser opens six connections to one server, and each of these pages would keep one.
N_PAGES = 8

# Without a window, a browser says of every page that it is seen.
SHOW = """is_shown => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => !is_shown });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

# Remembers each stream that a page opens.
REMEMBER_STREAMS = """
  window.streams = [];
  const Native = window.EventSource;
  window.EventSource = class extends Native {
    constructor(address) {
      super(address);
      window.streams.push(this);
    }
  };
"""


def test_a_page_of_which_nothing_more_will_change_stops_listening(
    page: Page, serving: Serving, simulator: Simulator
) -> None:
    page.add_init_script(REMEMBER_STREAMS)
    create_account(page, serving)
    add_source(page, simulator)
    import_organisation(page)
    page.wait_for_function("streams.length === 1 && streams[0].readyState === EventSource.CLOSED")
    expect(page.locator("#stale")).to_be_hidden()


def test_pages_that_nobody_sees_leave_the_server_to_the_one_that_is_seen(page: Page, serving: Serving) -> None:
    create_account(page, serving)
    for _ in range(N_PAGES):
        another = page.context.new_page()
        another.goto(f"{serving.url}/history")
        another.evaluate(SHOW, False)
    page.goto("/history")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sync history")


def test_a_page_that_is_seen_again_shows_what_happened_meanwhile(
    page: Page, serving: Serving, simulator: Simulator
) -> None:
    create_account(page, serving)
    page.goto("/sources")
    page.evaluate(SHOW, False)
    another = page.context.new_page()
    add_source(another, simulator)
    link = page.get_by_role("link", name="head-office")
    expect(link).to_have_count(0)
    page.evaluate(SHOW, True)
    expect(link.first).to_be_visible()


def test_a_page_says_that_it_no_longer_changes_once_its_reader_has_logged_out_elsewhere(
    page: Page, serving: Serving
) -> None:
    create_account(page, serving)
    page.goto("/sources")
    stale = page.get_by_role("alert").filter(has_text="This page no longer changes by itself.")
    expect(stale).to_have_count(0)
    another = page.context.new_page()
    another.goto(f"{serving.url}/sources")
    another.get_by_role("button", name="Log out").click()
    expect(stale).to_be_visible()
    stale.get_by_role("link", name="Load it again").click()
    expect(page).to_have_url(f"{serving.url}/login?next=%2Fsources")
