"""Pages that somebody has open at one Rollcall, and whatever goes wrong on them beside what a test looks for: a complaint in the
browser's console, a request that fails or that goes to anybody else.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

# For a machine that does something else as well. No test waits for it.
PATIENCE_MS = 60_000

# What tests write is one screen wide.
VIEWPORT = {"width": 1280, "height": 800}


class Desk:
    """All pages of one test at one address."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self.url = url
        self.pages: list[Page] = []
        self.complaints: list[str] = []
        self._refused: set[str] = set()

    def open(
        self,
        *,
        locale: str = "en-GB",
        color_scheme: str = "light",
        java_script: bool = True,
        session: dict[str, Any] | None = None,
    ) -> Page:
        """A page of somebody with this language and taste, who is logged in if there is a session."""
        context = self._browser.new_context(
            base_url=self.url,
            locale=locale,
            color_scheme=color_scheme,
            viewport=VIEWPORT,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            java_script_enabled=java_script,
            storage_state=session,
            permissions=["clipboard-read", "clipboard-write"],
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught in a script: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", lambda response: self._status(response.url, response.status))
        self.pages.append(page)
        return page

    def is_refused(self, path: str) -> None:
        """This address answers with an error, and the test is about that."""
        self._refused.add(path)

    def tidy(self) -> None:
        """Leave everything, so that another test may look at something else."""
        for page in self.pages:
            # A page of the same address, and with nothing on it that goes on: the next one is drawn by the same process.
            page.goto("/api/v1/openapi.json")
            page.emulate_media(color_scheme="light")
            page.set_viewport_size(VIEWPORT)
        self.complaints.clear()
        self._refused.clear()

    def close(self) -> None:
        for page in self.pages:
            page.context.close()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not self._may_refuse(message.location["url"]):
            self.complaints.append(f"{message.type} in the browser's console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.complaints.append(f"the page asks for {request.url}")

    def _failed(self, request: Request) -> None:
        # A stream ends with its page, and to go where a download is ends as if it had failed.
        if request.resource_type != "eventsource" and "/export." not in request.url:
            self.complaints.append(f"{request.url} failed: {request.failure}")

    def _status(self, url: str, status: int) -> None:
        if 400 <= status and not self._may_refuse(url):
            self.complaints.append(f"{url} was answered with {status}")

    def _may_refuse(self, url: str) -> bool:
        return url.removeprefix(self.url).partition("?")[0] in self._refused
