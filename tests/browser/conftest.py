"""The browser, and what it looks at, as fixtures. A test fails as well when a page complains in the browser's console, or asks
anybody but Rollcall for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from stage import Serving, Simulator, program

# Playwright's 5 s and 30 s are short for a machine that does something else as well. No test waits for it.
PATIENCE_MS = 90_000
expect.set_options(timeout=PATIENCE_MS)

# What tests write is one screen wide.
VIEWPORT = {"width": 1280, "height": 800}


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A DingTalk with the company Feihua."""
    running = Simulator(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Rollcall without an account and without a source. It must end in good order."""
    running = Serving(tmp_path)
    yield running
    assert running.stop() == 0, (tmp_path / "rollcall.log").read_text()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        # Its sandbox wants a user who is not root; all it looks at is ours.
        chromium = playwright.chromium.launch(executable_path=program("CHROMIUM"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def reader(
    browser: Browser, serving: Serving, shoot: Callable[[Page, str], None], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody with this language and taste: `reader(locale="zh-CN", color_scheme="dark")`."""
    pages: list[Page] = []
    complaints: list[str] = []
    n_failed = request.session.testsfailed

    def note_request(url: str) -> None:
        if not url.startswith((f"{serving.url}/", "data:", "blob:")):
            complaints.append(f"the page asks for {url}")

    def note_console(kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            complaints.append(f"{kind} in the browser's console: {text}")

    def open_page(*, locale: str = "en-GB", color_scheme: str = "light", viewport: dict[str, int] = VIEWPORT) -> Page:
        context = browser.new_context(
            base_url=serving.url,
            locale=locale,
            color_scheme=color_scheme,
            viewport=viewport,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(f"uncaught in a script: {error}"))
        page.on("console", lambda message: note_console(message.type, message.text))
        page.on("request", lambda request: note_request(request.url))
        return page

    yield open_page
    for number, page in enumerate(pages, 1):
        if n_failed < request.session.testsfailed:
            shoot(page, f"failed-{request.node.name}-{number}")
        page.context.close()
    assert complaints == []


@pytest.fixture
def page(reader: Callable[..., Page]) -> Page:
    """A page of somebody who reads English, in light colours."""
    return reader()


@pytest.fixture(scope="session")
def shoot() -> Callable[[Page, str], None]:
    """Keeps what a page looks like: `shoot(page, "overview-dark")` is target/screenshots/overview-dark.png."""
    folder = program("SCREENSHOTS")
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", full_page=True, animations="disabled", caret="hide")

    return take
