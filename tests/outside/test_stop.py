"""How the program ends when its system asks it to, while it is busy."""

from __future__ import annotations

import re
import time

from administrator import SOURCE, ended_runs, eventually, import_again
from conftest import Directory
from server import Server

# As it is promised to whoever runs the program.
WITHIN_S = 10


def test_it_ends_in_time_while_a_run_goes_on_and_a_page_is_live_and_goes_on_when_it_is_started_again(
    own_directory: Directory,
) -> None:
    program, browser = own_directory.administrator.program("manage"), own_directory.administrator.browser
    # So long that nobody waits for it.
    slowly = {"fault": {"hang": {"for_ms": 120_000}}, "path": "/topapi/v2/user/list", "times": None}
    own_directory.simulator.control("POST", "/faults", [slowly])
    import_again(program)
    run = eventually("a run goes on", lambda: running(program))
    page = browser.get(f"/runs/{run}").raise_for_status().text
    live = re.search(r'data-live="([^"]+)"', page).group(1)
    with browser.stream("GET", live) as stream:
        events = stream.iter_lines()
        assert next(events) == "event: parts"
        asked = time.monotonic()
        status = own_directory.serving.stop()
        took_s = time.monotonic() - asked
        # The page hears that it is over, instead of being cut off.
        list(events)
    assert status == 0, own_directory.serving.log
    assert took_s < WITHIN_S
    ended = [line for line in own_directory.serving.log if line["message"] == "run closed" and line["run"] == run]
    assert [line["state"] for line in ended] == ["cancelled"], own_directory.serving.log

    own_directory.simulator.control("DELETE", "/faults")
    own_directory.serving = Server(own_directory.folder)
    program.base_url = own_directory.serving.url
    last = ended_runs(program, SOURCE, 3)[0]
    assert (last["kind"], last["state"]) == ("full", "succeeded")


def running(program) -> str | None:
    runs = program.get("/api/v1/runs", params={"state": "running"}).raise_for_status().json()["items"]
    # One that reads something by now: its first requests are over.
    return next((run["id"] for run in runs if run.get("progress")), None)
