"""What nobody may ever read again once it was entered or shown: looked for in every page, every answer, the logs and all that
is kept, after a life with everything in it that goes well and badly.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
from collections import deque
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import httpx2
import pytest
from administrator import (
    CALLBACK_AES_KEY,
    CALLBACK_TOKEN,
    PASSWORD,
    SOURCE,
    Administrator,
    configuration,
    connector,
    ended_runs,
    eventually,
    import_again,
)
from conftest import Directory, serve
from stage import PROXY_PASSWORD, PROXY_USER, Simulator

WRONG_SECRET = "canary-wrong-secret-b1946ac9"
WRONG_PROXY_PASSWORD = "canary-wrong-password-6f2c41"
MISTYPED_PASSWORD = "canary-mistyped-password-77d0"
UNKNOWN_TOKEN = "rct_canary-of-a-token-that-nobody-has-0123456789"

# No page of ours has so many; it would be one that leads to itself by ever new addresses.
MAX_PAGES = 2000

# What no link leads to as things stand in the end: where a run goes on, a question is asked, something is held.
UNLINKED = (
    "/sources/wrong-secret/check",
    "/sources/wrong-secret/check/live",
    "/sources/wrong-password/check",
    f"/sources/{SOURCE}/why/live?q=manager4220",
    "/runs/1/live",
    "/runs/1/approve",
    "/api/problems/not-found",
)

# What whoever is logged in does not get to see, and was walked through before.
DOORS = ["/login", "/setup"]


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    """One that logs everything it can."""
    yield from serve(tmp_path, "--verbose")


def test_no_secret_is_ever_told_again(directory: Directory) -> None:
    answers, canaries = live(directory)
    canaries["session cookie"] = directory.administrator.session
    said = answers | all_that_is_said(directory, ("en", "zh-CN"))
    # These are what they are taken for.
    assert "run closed" in said["log"]
    assert "wrong-secret" in said["log"]
    assert any("Xiaoming" in text for where, text in said.items() if where.startswith("kept: rollcall.db"))
    print(f"{len(said)} pages, answers and files, none of which has any of {', '.join(canaries)}")
    assert leaks(said, canaries) == []


def test_a_secret_that_is_told_is_found(directory: Directory) -> None:
    # Not the AppSecret: the host strikes that out of every answer that repeats it.
    secret = PROXY_PASSWORD
    directory.simulator.mutate({"modify_user": {"userid": "manager4220", "patch": {"name": secret}}})
    program = directory.administrator.program("manage")
    import_again(program)
    ended_runs(program, SOURCE, 2)
    found = leaks(all_that_is_said(directory, ("en",)), {"proxy password": secret})
    for where in ("/people/manager4220 in en", "/runs/2 in en", "/scim/v2/Users by a program", "kept: rollcall.db"):
        assert any(where in leak for leak in found), (where, found)


def all_that_is_said(directory: Directory, languages: tuple[str, ...]) -> dict[str, str]:
    """Every page, every answer to programs, and in the end, for which it is stopped, the logs and whatever is kept."""
    said = {}
    for language in languages:
        visited = walk(directory.administrator, language)
        said |= {f"{url} in {language}": text for url, text in visited.items()}
        never_seen = [route for route in page_routes() if not any(is_at(route, url) for url in visited)]
        assert sorted(never_seen) == DOORS
    said |= answers_to_programs(directory.administrator)
    assert directory.serving.stop() == 0
    said["log"] = "\n".join(json.dumps(line) for line in directory.serving.log)
    # Not its first line, which has the link that creates the first account.
    said["standard output"] = directory.serving.said_later.decode()
    data = directory.serving.data
    # The cache is a link, which is not followed by itself.
    for file in sorted({*data.rglob("*"), *(data / "cache").rglob("*")}):
        if file.is_file():
            said[f"kept: {file.name}"] = file.read_bytes().decode("latin-1")
    return said


def live(directory: Directory) -> tuple[dict[str, str], dict[str, str]]:
    """A life with everything in it: what was answered on the way, and every secret that there was, by what it is."""
    said: dict[str, str] = {}
    administrator, simulator, url = directory.administrator, directory.simulator, directory.serving.url
    program = administrator.program("manage")
    canaries = {
        "AppSecret": simulator.application.app_secret,
        "wrong AppSecret": WRONG_SECRET,
        "proxy password": PROXY_PASSWORD,
        "proxy password, as it is sent": base64.b64encode(f"{PROXY_USER}:{PROXY_PASSWORD}".encode()).decode(),
        "wrong proxy password": WRONG_PROXY_PASSWORD,
        "callback token": CALLBACK_TOKEN,
        "callback key": CALLBACK_AES_KEY,
        "password": PASSWORD,
        "mistyped password": MISTYPED_PASSWORD,
        "token of the setup link": administrator.setup_token,
        "API token to read": administrator.tokens["read"],
        "API token to manage": administrator.tokens["manage"],
        "API token that is none": UNKNOWN_TOKEN,
        "access token of DingTalk": access_token(simulator),
        "webhook secret": add_webhook(administrator),
    }

    # Events that are pushed: verified and decrypted, and one that is not signed.
    way = {"http": {"url": f"{url}/callbacks/{SOURCE}", "token": CALLBACK_TOKEN, "aes_key": CALLBACK_AES_KEY}}
    simulator.control("POST", f"/apps/{simulator.application.app_key}/events", way)
    simulator.mutate({"modify_user": {"userid": "manager4220", "patch": {"name": "晓明"}}})
    eventually("the event is acted on", lambda: ended(program, "events"))
    unsigned = program.post(f"/callbacks/{SOURCE}?signature=x&timestamp=1&nonce=n", json={"encrypt": CALLBACK_TOKEN[::-1]})
    said["an unsigned delivery"] = unsigned.text

    # Sources that cannot be reached, and one that is not let in.
    digest = connector(program)
    wrong = configuration(simulator, digest, "wrong-secret")
    wrong["settings"]["app_secret"] = WRONG_SECRET
    shut_out = configuration(simulator, digest, "wrong-password")
    shut_out["proxy"]["password"] = WRONG_PROXY_PASSWORD
    for one in (wrong, shut_out):
        name = one["name"]
        program.post("/api/v1/sources", json=one).raise_for_status()
        program.post(f"/api/v1/sources/{name}/check").raise_for_status()
        eventually("the check is made", lambda name=name: checked(program, name))
        # A wrong password is tried once, and again only where a person asks for it.
        program.post(f"/api/v1/sources/{name}/runs", json={}).raise_for_status()
        assert ended_runs(program, name, 1)[0]["state"] == "failed"

    # Imports that stumble and go on, and one that does not get through.
    for fault, times in (
        ({"http_status": {"status": 502}}, 1),
        ("reset", 1),
        ("truncated_json", 1),
        ({"body": {"status": 200, "content_type": "text/html", "body": "<p>Come again</p>"}}, None),
    ):
        simulator.control("POST", "/faults", [{"fault": fault, "path": "/topapi/v2/user/list", "times": times}])
        n_runs = len(ended_runs(program, SOURCE, 0))
        import_again(program)
        ended_runs(program, SOURCE, n_runs + 1)
        simulator.control("DELETE", "/faults")

    # Settings that are not taken.
    for patch in (
        {"settings": {"app_secret": 7}},
        {"settings": {"callback_aes_key": CALLBACK_AES_KEY[:-1]}},
        {"proxy": {"url": f"http://{PROXY_USER}:{PROXY_PASSWORD}@127.0.0.1:1"}},
        {"name": "another"},
    ):
        refused = program.patch(f"/api/v1/sources/{SOURCE}", json=patch)
        assert 400 <= refused.status_code < 500, (patch, refused.text)
        # What was refused is named by its place; a part of a secret is not the secret.
        said[f"PATCH {list(patch)}"] = refused.text
    said["POST again"] = program.post("/api/v1/sources", json=configuration(simulator, digest)).text

    # Somebody who mistypes, and a program that nobody knows.
    stranger = httpx2.Client(base_url=url, trust_env=False)
    csrf = re.search(r'name="csrf" value="([^"]+)"', stranger.get("/login").text).group(1)
    said["POST /login"] = stranger.post(
        "/login", data={"csrf": csrf, "name": "admin", "password": MISTYPED_PASSWORD}, follow_redirects=True
    ).text
    unknown = {"Authorization": f"Bearer {UNKNOWN_TOKEN}"}
    for path in ("/api/v1/sources", "/scim/v2/Users", "/metrics"):
        said[f"{path} with no token of ours"] = httpx2.get(f"{url}{path}", headers=unknown, trust_env=False).text
    return said, canaries


def ended(program: httpx2.Client, kind: str) -> bool | None:
    runs = program.get("/api/v1/runs", params={"kind": kind, "state": "succeeded"}).raise_for_status().json()
    return bool(runs["items"]) or None


def checked(program: httpx2.Client, name: str) -> str | None:
    return program.get(f"/api/v1/sources/{name}/check").raise_for_status().json().get("finished_at")


def access_token(simulator: Simulator) -> str:
    """What DingTalk gave the connector: as long as it is good, everybody with the same secret gets the same."""
    application = simulator.application
    with httpx2.Client(
        proxy=httpx2.Proxy(simulator.proxy, auth=(PROXY_USER, PROXY_PASSWORD)),
        verify=ssl.create_default_context(cafile=str(simulator.ca)),
        trust_env=False,
    ) as somebody:
        key = {"appkey": application.app_key, "appsecret": application.app_secret}
        answer = somebody.get("https://oapi.dingtalk.com/gettoken", params=key).raise_for_status()
    return answer.json()["access_token"]


def add_webhook(administrator: Administrator) -> str:
    """One that nobody listens to. Its secret is shown once."""
    listener = {"url": "http://127.0.0.1:9/hook", "proxy": "", "occasion": "run.ended"}
    page = administrator.send("/settings/webhooks", from_page="/settings/webhooks", **listener)
    return re.search(r"whsec_[\w+/=-]+", unescape(page.text)).group()


def walk(administrator: Administrator, language: str) -> dict[str, str]:
    """Every page that a link, a form or a live part of another one leads to."""
    browser, start = administrator.browser, str(administrator.browser.base_url)
    waiting, seen = deque(["/sources", *UNLINKED]), {}
    while waiting:
        path = waiting.popleft()
        if path in seen:
            continue
        assert len(seen) < MAX_PAGES, path
        if urlsplit(path).path.endswith("/live") or path.startswith("/live/"):
            seen[path] = beginning(browser, path)
            continue
        page = browser.get(path, headers={"Accept-Language": language}, follow_redirects=True)
        assert page.status_code < (500 if path in UNLINKED else 400), (path, page.status_code)
        seen[path] = page.text + str(page.headers)
        if not page.headers["content-type"].startswith("text/html"):
            continue
        found = re.findall(r'(?:href|src|data-live)="([^"]+)"', page.text)
        found += re.findall(r'<form(?![^>]*method="post")[^>]*action="([^"]+)"', page.text)
        for link in map(unescape, found):
            whole = urljoin(str(page.url), link)
            if whole.startswith(start):
                waiting.append(whole.removeprefix(start.rstrip("/")).partition("#")[0])
    return seen


def beginning(browser: httpx2.Client, path: str) -> str:
    """The first event of a stream; it goes on for half an hour."""
    lines = []
    with browser.stream("GET", path) as stream:
        for line in stream.iter_lines():
            if not line:
                break
            lines.append(line)
    return "\n".join(lines)


def answers_to_programs(administrator: Administrator) -> dict[str, str]:
    """What is read by programs: every operation of the API that reads, SCIM, the metrics."""
    program = administrator.program("read")
    document = program.get("/api/v1/openapi.json").raise_for_status().json()
    sources = [source["name"] for source in program.get("/api/v1/sources").json()["items"]]
    runs = [run["id"] for run in program.get("/api/v1/runs").json()["items"]]
    paths = ["/api/v1/openapi.json", "/metrics", "/readyz", "/healthz", "/scim/v2", "/scim/v2/Me"]
    paths += [f"/scim/v2/{name}" for name in ("Users", "Groups", "Schemas", "ResourceTypes", "ServiceProviderConfig")]
    for path, operations in document["paths"].items():
        for source in sources:
            for run in runs:
                if "get" in operations:
                    known = {"source": source, "run": run, "resource_type": "User", "external_id": "manager4220"}
                    paths.append(f"/api/v1{path.format_map(known)}")
    for source in sources:
        paths.append(f"/api/v1/why?q=a&source={source}")
    return {f"GET {path} by a program": program.get(path).text for path in paths}


def page_routes() -> list[str]:
    """The path of each route for people that is asked by GET, as the sources have it."""
    sources = Path(__file__).resolve().parents[2] / "host" / "web" / "src"
    found = set()
    for file in sources.rglob("*.rs"):
        if file.name in ("tests.rs", "testing.rs") or "tests" in file.parts or "scim" in str(file.relative_to(sources)):
            continue
        for call in file.read_text().split(".route(")[1:]:
            path, handlers = call.split(",", 1)
            if re.search(r"\bget\(", re.split(r";|\n}", handlers)[0]):
                found.add(path.strip().strip('"'))
    for_others = ("/healthz", "/readyz", "/metrics", "/openapi.json")
    assert "/login" in found
    return [path for path in found if path.startswith("/") and path not in for_others]


def is_at(route: str, url: str) -> bool:
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route))
    return re.fullmatch(pattern, urlsplit(url).path) is not None


def ways_to_write(secret: str) -> set[str]:
    """As it is, in an address, and as JSON has it in JSON."""
    return {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")}


def leaks(said: dict[str, str], canaries: dict[str, str]) -> list[str]:
    return [
        f"{name} is in {where}"
        for where, text in said.items()
        for name, canary in canaries.items()
        if any(written in text for written in ways_to_write(canary))
    ]
