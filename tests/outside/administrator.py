"""Somebody who sets Rollcall up by its pages, as a person would, and from then on by tokens, as a program would.

Not here: what is asked of it afterwards; each test knows.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import unescape
from typing import TypeVar

import httpx2
from stage import PATIENCE_S, PROXY_PASSWORD, PROXY_USER, Serving, Simulator

NAME = "admin"
PASSWORD = "canary-of-the-password-3b8c51"

# What callbacks of the source are signed and encrypted with. A source that listens to a stream wants neither.
CALLBACK_TOKEN = "canaryOfTheCallbackToken"
CALLBACK_AES_KEY = "canaryOfTheKeyThatEncryptsEveryCallback0123"

SOURCE = "head-office"

T = TypeVar("T")


class Administrator:
    """The first account of a server, in a browser without scripts."""

    def __init__(self, serving: Serving) -> None:
        # Loopback: a proxy of the environment has no part in it.
        self.browser = httpx2.Client(base_url=serving.url, trust_env=False, timeout=PATIENCE_S)
        self.setup_token = serving.setup.partition("token=")[2]
        self.send("/setup", from_page=serving.setup, name=NAME, password=PASSWORD, again=PASSWORD, token=self.setup_token)
        self.tokens = {scope: self.create_token(scope) for scope in ("read", "manage")}

    def send(self, action: str, *, from_page: str, **fields: str) -> httpx2.Response:
        """Send a form of a page, and follow where it leads."""
        page = self.browser.get(from_page).raise_for_status().text
        csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
        answer = self.browser.post(action, data={"csrf": csrf, **fields}, follow_redirects=True)
        return answer.raise_for_status()

    def create_token(self, scope: str) -> str:
        page = self.send("/settings/tokens", from_page="/settings/tokens", name=f"outside-{scope}", scope=scope, days="30")
        return re.search(r"rct_[\w-]+", unescape(page.text)).group()

    def program(self, scope: str) -> httpx2.Client:
        """A program with a token of this scope."""
        return httpx2.Client(
            base_url=self.browser.base_url,
            trust_env=False,
            timeout=PATIENCE_S,
            headers={"Authorization": f"Bearer {self.tokens[scope]}"},
        )

    @property
    def session(self) -> str:
        """The cookie that the browser is known by."""
        return next(cookie.value for cookie in self.browser.cookies.jar if "session" in cookie.name)


def configuration(simulator: Simulator, digest: str, name: str = SOURCE) -> dict[str, object]:
    """A source that hears of changes by pushes, and leaves through the simulator's proxy."""
    application = simulator.application
    return {
        "name": name,
        "connector": digest,
        "settings": {
            "corp_id": application.corp_id,
            "app_key": application.app_key,
            "app_secret": application.app_secret,
            "events": "http",
            "callback_token": CALLBACK_TOKEN,
            "callback_aes_key": CALLBACK_AES_KEY,
        },
        "proxy": {"url": simulator.proxy, "user": PROXY_USER, "password": PROXY_PASSWORD},
        "ca_pem": simulator.ca.read_text(),
        "allowed_origins": ["https://api.dingtalk.com", "https://oapi.dingtalk.com"],
        "is_followed": True,
    }


def connector(program: httpx2.Client, file: str = "dingtalk.wasm") -> str:
    """A connector, the one for DingTalk as a rule, as a source names it."""
    connectors = program.get("/api/v1/connectors").raise_for_status().json()["items"]
    return next(one["usable"]["digest"] for one in connectors if one["file"] == file)


def add_source(program: httpx2.Client, simulator: Simulator) -> None:
    """Add it, and wait until its first import has ended."""
    program.post("/api/v1/sources", json=configuration(simulator, connector(program))).raise_for_status()
    ended_runs(program, SOURCE, 1)


def import_again(program: httpx2.Client) -> None:
    program.post(f"/api/v1/sources/{SOURCE}/runs", json={}).raise_for_status()


def ended_runs(program: httpx2.Client, name: str, n: int) -> list[dict[str, object]]:
    """The runs of a source, newest first, once so many have ended."""

    def read() -> list[dict[str, object]] | None:
        runs = program.get("/api/v1/runs", params={"source": name}).raise_for_status().json()["items"]
        ended = [run for run in runs if run["state"] != "running"]
        return ended if n <= len(ended) else None

    return eventually(f"{n} runs of {name} have ended", read)


def eventually(what: str, read: Callable[[], T | None]) -> T:
    """What is read, as soon as there is something."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = read()
        if found is not None:
            return found
        time.sleep(0.05)
    raise TimeoutError(f"it never came about that {what}")
