"""The browser, and what it looks at, as fixtures. A test fails as well when anything goes wrong on its pages beside what it is
about (desk.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from desk import PATIENCE_MS, Desk
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright
from stage import Serving, Simulator, program
from worlds import COMPANY, Company, Installation

# Playwright's own is 5 s.
expect.set_options(timeout=PATIENCE_MS)


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


@pytest.fixture
def large_simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A DingTalk with a company of which many can leave at once."""
    running = Simulator(tmp_path, COMPANY)
    yield running
    running.stop()


@pytest.fixture
def shelfless(tmp_path: Path) -> Iterator[Serving]:
    """The same without any connector."""
    running = Serving(tmp_path, connector=None)
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


@pytest.fixture(scope="session")
def installation(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A Rollcall that was just installed, for tests that only look at it."""
    fresh = Installation(tmp_path_factory.mktemp("installation"), browser)
    yield fresh
    fresh.stop()


@pytest.fixture(scope="session")
def company(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company that was followed for a while, for tests that only look at it."""
    followed = Company(tmp_path_factory.mktemp("company"), browser)
    yield followed
    followed.stop()


@pytest.fixture
def afterwards() -> Iterator[ExitStack]:
    """What is done once it is known how the test went."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def watched(
    afterwards: ExitStack, shoot: Callable[[Page, str], None], request: pytest.FixtureRequest
) -> Iterator[list[Desk]]:
    """The desks of the test: nothing may go wrong at any, and what a test saw that failed is kept."""
    desks: list[Desk] = []
    n_failed = request.session.testsfailed
    yield desks
    complaints = [complaint for desk in desks for complaint in desk.complaints]
    if n_failed < request.session.testsfailed or complaints:
        for number, page in enumerate((page for desk in desks for page in desk.pages), 1):
            shoot(page, f"failed/{request.node.name}-{number}")
    assert complaints == []


@pytest.fixture
def desk_at(browser: Browser, afterwards: ExitStack, watched: list[Desk]) -> Callable[[str], Desk]:
    """A desk at the Rollcall with this address."""

    def sit_down(url: str) -> Desk:
        desk = Desk(browser, url)
        afterwards.callback(desk.close)
        watched.append(desk)
        return desk

    return sit_down


@pytest.fixture(scope="session")
def readers(browser: Browser) -> Iterator[dict[tuple[str, str, bool], Desk]]:
    """Desks with one page each that stay from test to test, by address, language, and whether somebody is logged in."""
    desks: dict[tuple[str, str, bool], Desk] = {}
    yield desks
    for desk in desks.values():
        desk.close()


@pytest.fixture
def reader_at(
    browser: Browser, readers: dict[tuple[str, str, bool], Desk], afterwards: ExitStack, watched: list[Desk]
) -> Callable[[str, str, dict[str, Any] | None], Desk]:
    """The desk of somebody who looks at one page after another and changes none. Most of the time that such a test takes would
    be a new desk's: a process of its own, into which everything is loaded anew.
    """

    def sit_down(url: str, locale: str, session: dict[str, Any] | None) -> Desk:
        key = (url, locale, session is not None)
        if key not in readers:
            readers[key] = Desk(browser, url)
            readers[key].open(locale=locale, session=session)
        afterwards.callback(readers[key].tidy)
        watched.append(readers[key])
        return readers[key]

    return sit_down


@pytest.fixture
def desk(desk_at: Callable[[str], Desk], serving: Serving) -> Desk:
    """A desk at the test's own Rollcall."""
    return desk_at(serving.url)


@pytest.fixture
def page(desk: Desk) -> Page:
    """A page of somebody who reads English, in light colours."""
    return desk.open()


@pytest.fixture(scope="session")
def shoot() -> Callable[[Page, str], None]:
    """Keeps what a page looks like: `shoot(page, "en/light/history")` is target/screenshots/en/light/history.png."""
    folder = program("SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            picture(page, path)
        except Error as error:
            # Chromium may have none to give on a busy machine, and has one a moment later.
            if "Unable to capture screenshot" not in str(error):
                raise
            picture(page, path)

    return take


def picture(page: Page, path: Path) -> None:
    page.screenshot(path=path, full_page=True, animations="disabled", caret="hide")
