"""Every page there is, in both languages and both themes, wide and narrow: kept as a picture for whoever wants to look, and held
to what can be said of it without looking (looks.py).

The pictures are LANGUAGE/THEME/PAGE.png, and LANGUAGE/narrow/PAGE.png for a telephone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import looks
import pytest
from desk import VIEWPORT, Desk
from playwright.sync_api import Page, expect
from steps import field
from worlds import Company, Installation

# The desk at an address of somebody who reads a language, logged in by a session or not (conftest.py).
ReaderAt = Callable[[str, str, dict[str, Any] | None], Desk]

LANGUAGES = {"en": "en-GB", "zh-CN": "zh-CN"}

# As wide as most telephones.
NARROW = {"width": 390, "height": 844}

# As wide as many laptops.
WIDE = VIEWPORT


@dataclass(frozen=True)
class Shown:
    """A page, where it is, and how it is answered."""

    name: str
    # Its path, which may name what a world has.
    path: str
    # What is done on it before it is looked at, whatever language it speaks.
    act: Callable[[Page], None] | None = None
    # Who answers with an error, because that is what is looked at.
    refused: str | None = None
    # Whether nobody is logged in.
    is_alone: bool = False


def send(page: Page) -> None:
    """Send the form as it is."""
    page.locator("main form button.primary, main form button.danger").first.click()
    expect(page.locator("[aria-invalid=true], .notice.bad, .notice.warning").first).to_be_visible()


def send_another_name(page: Page) -> None:
    field(page, "name").fill("another")
    send(page)


def log_in_wrongly(page: Page) -> None:
    field(page, "name").fill("somebody")
    field(page, "password").fill("something else entirely")
    send(page)


def set_up_wrongly(page: Page) -> None:
    field(page, "name").fill("admin")
    field(page, "password").fill("short")
    field(page, "again").fill("shorter")
    send(page)


def enter_nonsense(page: Page) -> None:
    field(page, "/name").fill("Head Office")
    field(page, "/egress/proxy/url").fill("proxy")
    field(page, "/schedule/cron").fill("at night")
    send(page)


def choose_connector(page: Page) -> None:
    page.locator('a[href^="/sources/new?connector="]').click()
    expect(field(page, "/name")).to_be_visible()


def choose_and_enter_nonsense(page: Page) -> None:
    choose_connector(page)
    enter_nonsense(page)


def upload_nonsense(page: Page) -> None:
    page.locator("#file").set_input_files({"name": "a.wasm", "mimeType": "application/wasm", "buffer": b"no component"})
    page.locator('form[enctype="multipart/form-data"] button').click()
    expect(page.locator(".notice.bad")).to_be_visible()


def create_token(page: Page) -> None:
    field(page, "name").fill("HR portal")
    page.locator("main form button.primary").click()
    expect(page.locator(".notice.good")).to_be_visible()


def add_webhook(page: Page) -> None:
    field(page, "url").fill("https://hooks.example.com/rollcall/an-address-that-is-rather-long/and-longer-still")
    page.locator("main form input[type=checkbox]").first.check()
    page.locator("main form button.primary").click()
    expect(page.locator(".notice.good")).to_be_visible()


def open_changes(page: Page) -> None:
    for summary in page.locator("#run-changes summary").all()[:2]:
        summary.click()


FRESH = [
    Shown("sources-none", "/sources"),
    Shown("history-none", "/history"),
    Shown("tokens-none", "/settings/tokens"),
    Shown("webhooks-none", "/settings/webhooks"),
    Shown("account", "/settings/account"),
    Shown("connectors", "/sources/new"),
    Shown("connector-refused", "/sources/new", upload_nonsense, "/sources/new/connector"),
    Shown("source-new", "/sources/new", choose_connector),
    Shown("source-new-wrong", "/sources/new", choose_and_enter_nonsense, "/sources/new"),
]

BARE = [
    Shown("setup", "{setup}"),
    Shown("setup-wrong", "{setup}", set_up_wrongly, "/setup"),
    Shown("setup-ended", "/setup?token=none", refused="/setup"),
    Shown("login-without-account", "/login"),
]

LIVED = [
    Shown("login", "/login?next=%2Fsources", is_alone=True),
    Shown("login-wrong", "/login", log_in_wrongly, "/login", is_alone=True),
    Shown("sources", "/sources"),
    Shown("sources-removed", "/sources?removed=head-office"),
    Shown("overview", "/sources/head-office"),
    Shown("overview-idle", "/sources/branch-office"),
    Shown("overview-unconfirmed", "/sources/unconfirmed"),
    Shown("origins", "/sources/unconfirmed/origins"),
    Shown("check-passed", "/sources/branch-office/check"),
    Shown("check-failed", "/sources/forgotten/check"),
    Shown("check-none", "/sources/unconfirmed/check"),
    Shown("edit", "/sources/head-office/edit"),
    Shown("remove", "/sources/head-office/remove"),
    Shown("remove-wrong", "/sources/head-office/remove", send_another_name, "/sources/head-office/remove"),
    Shown("organisation", "/sources/head-office/organisation"),
    Shown("organisation-none", "/sources/branch-office/organisation"),
    Shown("organisation-search", "/sources/head-office/organisation?q=wang"),
    Shown("organisation-search-none", "/sources/head-office/organisation?q=nobody"),
    Shown("department", "/sources/head-office/departments/{department}"),
    Shown("department-people", "/sources/head-office/organisation?department={department}"),
    Shown("person", "/sources/head-office/people/{renamed}"),
    Shown("person-departed", "/sources/head-office/people/{departed}"),
    Shown("person-kept", "/sources/head-office/people/{kept}"),
    Shown("history", "/sources/head-office/history"),
    Shown("history-of-all", "/history"),
    Shown("history-filtered", "/history?state=failed"),
    Shown("run-preview", "{preview}"),
    Shown("run-full", "{full}", open_changes),
    Shown("run-events", "{events}", open_changes),
    Shown("run-partial", "{partial}"),
    Shown("run-held", "{held}"),
    Shown("approve", "{held}/approve"),
    Shown("approve-nothing", "{full}/approve"),
    Shown("undo", "{full}/undo"),
    Shown("undo-nothing", "{preview}/undo"),
    Shown("events", "/sources/head-office/events"),
    Shown("events-by-calls", "/sources/branch-office/events"),
    Shown("events-none", "/sources/head-office/events?state=failed"),
    Shown("why", "/sources/head-office/why"),
    Shown("why-present", "/sources/head-office/why?type=User&id={renamed}"),
    Shown("why-departed", "/sources/head-office/why?type=User&id={departed}"),
    Shown("why-kept", "/sources/head-office/why?type=User&id={kept}"),
    Shown("why-several", "/sources/head-office/why?q=wang"),
    Shown("why-unknown", "/sources/head-office/why?q=nobody"),
    Shown("tokens", "/settings/tokens", create_token),
    Shown("webhooks", "/settings/webhooks", add_webhook),
    Shown("audit", "/settings/audit"),
    Shown("api", "/api"),
    Shown("not-found", "/nowhere", refused="/nowhere"),
]


def every(pages: list[Shown]) -> pytest.MarkDecorator:
    """One test a page and language."""
    return pytest.mark.parametrize(
        ("shown", "language"),
        [pytest.param(shown, language, id=f"{shown.name}-{language}") for shown in pages for language in LANGUAGES],
    )


@every(BARE)
def test_a_page_before_the_first_account_can_be_read(
    shown: Shown, language: str, installation: Installation, reader_at: ReaderAt, shoot: Callable[[Page, str], None]
) -> None:
    desk = reader_at(installation.bare.url, LANGUAGES[language], None)
    look_at(shown, shown.path.format(setup=installation.bare.setup), desk, shoot, language, set())


@every(FRESH)
def test_a_page_with_nothing_on_it_can_be_read(
    shown: Shown, language: str, installation: Installation, reader_at: ReaderAt, shoot: Callable[[Page, str], None]
) -> None:
    desk = reader_at(installation.used.url, LANGUAGES[language], installation.session)
    look_at(shown, shown.path, desk, shoot, language, set())


@every(LIVED)
def test_a_page_can_be_read(
    shown: Shown, language: str, company: Company, reader_at: ReaderAt, shoot: Callable[[Page, str], None]
) -> None:
    desk = reader_at(company.url, LANGUAGES[language], None if shown.is_alone else company.session)
    look_at(shown, shown.path.format(**company.addresses), desk, shoot, language, company.words)


def look_at(
    shown: Shown, path: str, desk: Desk, shoot: Callable[[Page, str], None], language: str, known: set[str]
) -> None:
    """Open a page, take its pictures, and hold it to what every page must be. `known` is what the source calls things."""
    [page] = desk.pages
    if shown.refused is not None:
        desk.is_refused(shown.refused)
    page.goto(path)
    if shown.act is not None:
        shown.act(page)
    faults = look(shown, page, shoot, language)
    faults += [f"says {text!r}" for text in looks.raw_words(page)]
    faults += [f"says in another language {text!r}" for text in looks.foreign_words(page, language, known)]
    lang = page.locator("html").get_attribute("lang")
    if lang != language:
        faults.append(f"is said to be in {lang!r}")
    assert faults == []


def look(shown: Shown, page: Page, shoot: Callable[[Page, str], None], language: str) -> list[str]:
    faults = []
    for name, viewport in (("light", WIDE), ("narrow", NARROW)):
        page.set_viewport_size(viewport)
        shoot(page, f"{language}/{name}/{shown.name}")
        faults += [f"{name}: {looks.too_wide(page)} px too wide"] if looks.too_wide(page) else []
        faults += [f"{name}: cuts off {text!r}" for text in looks.clipped(page)]
    faults += [f"narrow: lies beyond the edge {text!r}" for text in looks.beyond(page)]
    # Whom it keeps out does not depend on the language.
    is_first = language == "en"
    faults += [f"light: {barrier}" for barrier in looks.barriers(page)] if is_first else []
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="dark")
    shoot(page, f"{language}/dark/{shown.name}")
    faults += [f"dark: {barrier}" for barrier in looks.barriers(page, "color-contrast")] if is_first else []
    return faults
