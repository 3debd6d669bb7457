"""What a program is told of a source that it configures wrongly, or beside another one that it cannot be beside."""

from __future__ import annotations

from administrator import SOURCE, configuration, connector, eventually
from conftest import Directory


def test_everything_that_is_wrong_is_told_at_once_each_at_its_place_in_the_body(directory: Directory) -> None:
    program = directory.administrator.program("manage")
    body = configuration(directory.simulator, connector(program), name="Head Office")
    body["settings"].pop("app_key")
    body |= {
        "proxy": {"url": "proxy"},
        "ca_pem": "not a certificate",
        "allowed_origins": ["https://api.dingtalk.com", "oapi"],
        "schedule": {"cron": "nightly", "jitter_s": 10**9},
        "departed_users": "keep",
    }
    answer = program.post("/api/v1/sources", json=body)
    assert answer.status_code == 422
    assert {wrong["pointer"] for wrong in answer.json()["errors"]} == {
        "/name",
        "/settings/app_key",
        "/proxy/url",
        "/ca_pem",
        "/allowed_origins/1",
        "/schedule/cron",
        "/schedule/jitter_s",
        "/departed_users",
    }


def test_an_origin_where_a_cloud_hands_out_credentials_is_refused_at_once(directory: Directory) -> None:
    program = directory.administrator.program("manage")
    body = configuration(directory.simulator, connector(program), name="curious")
    body["allowed_origins"] += ["http://169.254.169.254", "https://metadata.google.internal"]
    answer = program.post("/api/v1/sources", json=body)
    assert answer.status_code == 422
    told = [(wrong["pointer"], wrong["code"]) for wrong in answer.json()["errors"]]
    assert told == [(f"/allowed_origins/{place}", "address-not-allowed") for place in (2, 3)]


def test_of_two_sources_of_one_application_the_second_is_checked_with_a_warning_and_listens_once_it_may(
    own_directory: Directory,
) -> None:
    program = own_directory.administrator.program("manage")
    second = configuration(own_directory.simulator, connector(program), name="branch-office")
    listening = {
        "settings": {"events": "stream", "callback_token": None, "callback_aes_key": None},
        "allowed_origins": [*second["allowed_origins"], "https://wss-open-connection.dingtalk.com"],
    }
    patch = {"headers": {"Content-Type": "application/merge-patch+json"}}

    def channel(name: str, state: str) -> dict[str, object] | None:
        note = program.get(f"/api/v1/sources/{name}").raise_for_status().json()["channel"]
        return note if note and note["state"] == state else None

    program.patch(f"/api/v1/sources/{SOURCE}", json=listening, **patch).raise_for_status()
    eventually("the first listens", lambda: channel(SOURCE, "connected"))
    program.post("/api/v1/sources", json=second).raise_for_status()
    program.patch("/api/v1/sources/branch-office", json=listening, **patch).raise_for_status()
    taken = eventually("the second does not", lambda: channel("branch-office", "taken"))
    assert {"name": "source", "value": SOURCE} in taken["diagnosis"]["facts"], taken
    page = own_directory.administrator.browser.get("/sources/branch-office/events").raise_for_status().text
    assert f"Source {SOURCE} listens already" in page

    program.post("/api/v1/sources/branch-office/check").raise_for_status()
    check = eventually("the check is made", lambda: finished(program.get("/api/v1/sources/branch-office/check").json()))
    warned = [finding["standing"] for finding in check["findings"] if finding["check"] == "exclusive"]
    assert (check["has_passed"], warned) == (True, ["warning"])

    # Changed and followed again at once, the first keeps what it had.
    program.patch(f"/api/v1/sources/{SOURCE}", json={"schedule": {"cron": "30 3 * * *"}}, **patch).raise_for_status()
    eventually("the first listens again", lambda: channel(SOURCE, "connected"))
    program.patch(f"/api/v1/sources/{SOURCE}", json={"is_followed": False}, **patch).raise_for_status()
    eventually("the second listens", lambda: channel("branch-office", "connected"))


def finished(check: dict[str, object]) -> dict[str, object] | None:
    return check if check.get("finished_at") else None
