"""Rollcalls that many tests look at and none changes: one that was just installed, and one that has followed a company for a
while, in which everything happened once that a page can show.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from desk import Desk
from playwright.sync_api import Browser, Page, expect
from stage import Serving, Simulator
from steps import add_source, create_account, ended, enter_source, import_organisation, run_row

# The smallest that looks like a company, and of which many can leave at once.
COMPANY = "generated:7:14:60"

# People who leave at once. Five may leave within an hour.
N_LEAVERS = 9

# What one of them is called in the end.
NEW_NAME = "欧阳若曦"


@contextlib.contextmanager
def sitting(browser: Browser, url: str) -> Iterator[Page]:
    """A page to prepare things with."""
    desk = Desk(browser, url)
    yield desk.open()
    desk.close()
    assert desk.complaints == []


class Installation:
    """Nothing is in it but an account, and another Rollcall has not even that."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        bare, used = folder / "bare", folder / "used"
        bare.mkdir()
        used.mkdir()
        self.bare = Serving(bare)
        self.used = Serving(used)
        with sitting(browser, self.used.url) as page:
            create_account(page, self.used)
            self.session = page.context.storage_state()

    def stop(self) -> None:
        self.bare.stop()
        self.used.stop()


class Company:
    """A company that is followed by Stream, with everything in its history; beside it a source that waits for HTTP calls and was
    never imported, one with a wrong secret, and one whose addresses nobody confirmed.
    """

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.simulator = Simulator(folder, COMPANY)
        self.serving = Serving(folder)
        self.url = self.serving.url
        self.everybody = self.simulator.people
        self.leavers = self.everybody[:N_LEAVERS]
        self.stayer, self.renamed, self.misprinted = self.everybody[N_LEAVERS : N_LEAVERS + 3]
        self.hidden = self.simulator.departments[-1]
        with sitting(browser, self.url) as page:
            create_account(page, self.serving)
            self._live(page)
            self.session = page.context.storage_state()

    def _live(self, page: Page) -> None:
        self._add_others(page)
        add_source(page, self.simulator)
        page.get_by_role("button", name="Preview an import").click()
        self.preview = ended(page, "succeeded")
        page.goto("/sources/head-office/check")
        self.full = import_organisation(page)
        self._change(page)
        self._fail_in_part(page)
        self._leave(page)

    def _add_others(self, page: Page) -> None:
        add_source(page, self.simulator, name="branch-office", events="http")
        add_source(page, self.simulator, name="forgotten", secret="not-the-secret", events="off")
        enter_source(page, self.simulator, name="unconfirmed", secret="not-the-secret", events="off")
        page.get_by_role("button", name="Save and check").click()
        expect(page.get_by_role("button", name="Confirm and check")).to_be_visible()

    def _change(self, page: Page) -> None:
        """One person gets another name, by an event."""
        page.goto("/sources/head-office/history")
        self.simulator.mutate({"modify_user": {"userid": self.renamed["userid"], "patch": {"name": NEW_NAME}}})
        self.events = self._arrived(page, "events", "succeeded")

    def _fail_in_part(self, page: Page) -> None:
        """A telephone number that is none, and a department that DingTalk lists and then does not know."""
        self.simulator.mutate(
            {"modify_user": {"userid": self.misprinted["userid"], "patch": {"mobile": "ring twice"}}}
        )
        self.simulator.go_wrong(
            {
                "fault": {"errcode": {"code": 60003, "message": "部门不存在"}},
                "path": "/topapi/v2/user/list",
                "params": {"dept_id": self.hidden["dept_id"]},
                "times": None,
            }
        )
        page.goto("/sources/head-office")
        page.get_by_role("button", name="Import now").click()
        self.partial = ended(page, "partial")
        self.simulator.go_wrong()

    def _leave(self, page: Page) -> None:
        """More leave at once than may. How many runs that takes, and who is held, depends on how the events come in."""
        page.goto("/sources/head-office/events")
        self.simulator.mutate(*({"remove_user": {"userid": leaver["userid"]}} for leaver in self.leavers))
        left = page.locator("#events-inbox tbody tr").filter(has_text="user_leave_org").filter(has_text="done")
        expect(left).to_have_count(N_LEAVERS)
        page.goto("/sources/head-office/history")
        held = run_row(page, "events", "held")
        # The newest stands first.
        self.held = held.last.get_by_role("link").first.get_attribute("href")
        self.departed = self._leaver(page, "It is kept as departed.")
        self.kept = self._leaver(page, "held the departure back")

    def _arrived(self, page: Page, *words: str) -> str:
        """Wait for such a run in the history; its path."""
        row = run_row(page, *words)
        expect(row).to_have_count(1)
        return row.get_by_role("link").first.get_attribute("href")

    def _leaver(self, page: Page, answer: str) -> str:
        """The first of whom this is said when one asks why."""
        for leaver in self.leavers:
            page.goto(f"/sources/head-office/why?type=User&id={leaver['userid']}")
            if answer in page.locator("main").inner_text():
                return leaver["userid"]
        raise AssertionError(f"of nobody it is said: {answer}")

    @property
    def addresses(self) -> dict[str, object]:
        """What the address of a page may name."""
        named = {name: getattr(self, name) for name in ("preview", "full", "events", "partial", "held", "departed", "kept")}
        return {**named, "renamed": self.renamed["userid"], "department": self.hidden["dept_id"]}

    @property
    def words(self) -> set[str]:
        """What people, departments and places are called there, and whatever else is entered in words."""
        kinds = ("name", "title", "work_place", "remark")
        words = {str(person.get(kind)) for person in self.everybody for kind in kinds}
        for person in self.everybody:
            extension = json.loads(person.get("extension") or "{}")
            words |= {*extension.keys(), *extension.values()}
        departments = {str(department["name"]) for department in self.simulator.departments}
        return {word for word in words | departments | {NEW_NAME} if word not in ("", "None")}

    def stop(self) -> None:
        self.serving.stop()
        self.simulator.stop()
