"""A connector is a stranger to the browser: whatever it answers to a call, no script of it runs, nothing is done in the name of who
is logged in, and it is not given what the browser sends along.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from stage import Serving, program
from steps import create_account

# Submits itself to the address behind `to`.
ATTACK = """<!DOCTYPE html><title>attack</title><form method="post" action="{to}"></form>
<script>document.forms[0].submit()</script>"""


class Attacker:
    """A page of somebody else on the same host, which a browser takes for the same site, and what the script tells them."""

    def __init__(self) -> None:
        attacker = self
        self.heard: list[str] = []
        self.copy = ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path)
                pages = {"/attack": ATTACK.format(to=parse_qs(path.query).get("to", [""])[0]), "/copy": attacker.copy}
                self._answer(pages.get(path.path, ""))

            def do_POST(self) -> None:
                attacker.heard.append(self.path)
                self._answer("")

            def _answer(self, page: str) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def attacker() -> Iterator[Attacker]:
    attacking = Attacker()
    yield attacking
    attacking.stop()


@pytest.fixture(params=[(), ("--callbacks-listen", "127.0.0.1:0")], ids=["together", "apart"])
def strange(tmp_path: Path, attacker: Attacker, request: pytest.FixtureRequest) -> Iterator[Serving]:
    """Rollcall with a source whose connector answers calls with such a document; calls have an address of their own, or not."""
    source = tmp_path / "source.toml"
    connector = program("STRANGER_CONNECTOR")
    source.write_text(f'name = "strange"\nconnector = "{connector}"\n[settings]\nlistener = "{attacker.url}"\n')
    running = Serving(tmp_path, "--source", str(source), *request.param)
    yield running
    assert running.stop() == 0, (tmp_path / "rollcall.log").read_text()


@pytest.fixture
def administrator(browser: Browser, strange: Serving) -> Iterator[Page]:
    """Somebody who is logged in. What an attack does to their pages is no complaint of the test's."""
    context = browser.new_context(base_url=strange.url, locale="en-GB")
    page = context.new_page()
    create_account(page, strange)
    yield page
    context.close()


def test_no_script_of_a_receipt_runs_and_no_cookie_reaches_the_connector(
    administrator: Page, strange: Serving, attacker: Attacker
) -> None:
    callback = strange.ready["sources"][0]["callback"]
    for kind in ("text", "json", "xml"):
        with administrator.expect_response(f"{callback}?{kind}") as called:
            administrator.goto(f"{attacker.url}/attack?to={callback}?{kind}", wait_until="commit")
        administrator.wait_for_url(f"{callback}?{kind}")
        answer = called.value
        # The browser takes part: it knows no ports, and the other page is of the same site.
        assert "rollcall-session=" in answer.request.all_headers()["cookie"]
        told = answer.all_headers()
        assert told["content-security-policy"] == "sandbox; default-src 'none'"
        assert told["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in told
        attacker.copy = answer.text()
        seen = re.search(r'<p id="seen">(.*)</p>', attacker.copy)[1].split()
        assert "origin" in seen
        assert not {"cookie", "authorization"} & set(seen)
        assert administrator.title() != "taken over"
    assert attacker.heard == []
    administrator.goto(f"{strange.url}/settings/tokens")
    expect(administrator.get_by_role("heading", level=1)).to_be_visible()
    assert "stolen" not in administrator.content()
    # The script would have: as a page of somebody else it runs.
    with administrator.expect_request(f"{attacker.url}/ran"):
        administrator.goto(f"{attacker.url}/copy")


def test_calls_that_have_an_address_of_their_own_are_taken_at_no_other(
    administrator: Page, strange: Serving
) -> None:
    at_console = administrator.request.post(f"{strange.url}/callbacks/strange?text")
    apart = strange.ready["callbacks_address"]
    if apart is None:
        assert at_console.status == 200
        return
    assert at_console.status == 404
    assert f"http://{apart}/callbacks/" in at_console.text()
    assert administrator.request.post(f"http://{apart}/callbacks/strange?text").status == 200
    assert administrator.request.get(f"http://{apart}/healthz").status == 204
    for path in ("/", "/login", "/settings/tokens", "/api/v1/sources", "/metrics"):
        answer = administrator.request.get(f"http://{apart}{path}", max_redirects=0)
        assert (answer.status, answer.text()) == (404, ""), path
