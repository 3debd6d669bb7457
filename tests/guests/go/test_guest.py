"""The connector in Go in the command line of this repository, beside the one in Rust.

Run by `cargo xtask guests go`, which builds both; by hand:

    ROLLCALL=…/rollcall ROSTER_CONNECTOR=…/roster.wasm pytest test_guest.py

`build.sh` and `build.sh misuse` come first. Whatever a test starts listens on loopback and ends with it.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

BUILT = Path(__file__).parent / "build"
GO, MISUSE = BUILT / "roster-go.wasm", BUILT / "misuse-go.wasm"

# So that a broken test ends; no test waits for it. A debug build of the host compiles for half a minute.
PATIENCE_S = 300

COMPANY: dict[str, Any] = {
    "departments": [
        {"id": "1", "name": "Feihua"},
        {"id": "x", "name": "研发 <R&D>", "parent": "rd", "order": "-3"},
        {"id": "rd", "name": "R&D", "parent": "1", "order": 10},
    ],
    "people": [
        {
            "id": "7",
            "name": "Xiaohong",
            "email": "xiaohong@feihua.example",
            "mobile": "+86 138 0000 0007",
            "title": "Engineer",
            "employee_number": "E-7",
            "departments": ["rd"],
            "manager": "8",
        },
        {"id": 8, "name": " Lao Bai ", "departments": ["1", "rd", "rd"], "employee_number": 12, "title": None},
        {"id": "9", "name": "九 🎉", "departments": []},
    ],
}


class Keeper:
    """Whoever keeps the roster: a server that counts how often it was asked."""

    def __init__(self) -> None:
        keeper = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                keeper.asked.append({name.lower(): value for name, value in self.headers.items()})
                status, headers = keeper.next.pop(0) if keeper.next else (200, {})
                body = keeper.document if status == 200 else b""
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.document = b""
        # What is answered first, before the document: a status and headers each.
        self.next: list[tuple[int, dict[str, str]]] = []
        self.asked: list[dict[str, str]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def keep(self, company: object) -> None:
        """Have another roster from now on."""
        self.document = json.dumps(company, ensure_ascii=False, indent=1).encode()


class Source:
    """A configured source in a folder of its own."""

    def __init__(self, folder: Path, compiled: Path, connector: Path, keeper: Keeper, path: str = "roster.json", **settings: str) -> None:
        self.folder = folder
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "cache").symlink_to(compiled)
        lines = [f"{name} = {json.dumps(value)}" for name, value in {"url": f"{keeper.origin}/{path}", **settings}.items()]
        head = [f'name = "r"\nconnector = "{connector}"', f'[egress]\nallow = ["{keeper.origin}"]', "[settings]"]
        (folder / "SOURCE.toml").write_text("\n".join(head + lines))

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        # All that is reached is on this machine.
        reach = ["--allow-private-addresses"] if words[0] in ("check", "sync", "refresh") else []
        return subprocess.run(
            [os.environ["ROLLCALL"], "--format", "json", *words, *reach],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    def run(self, command: str, *words: str) -> dict[str, Any]:
        """The run that a command says it made."""
        ended = self.call(command, "--source", "SOURCE.toml", "--data", "data", *words)
        assert ended.stdout, ended.stderr
        return json.loads(ended.stdout)["run"]

    def codes(self, run: dict[str, Any]) -> set[str]:
        """Errors and warnings of a run."""
        entries = json.loads(self.call("history", "--source", "r", "--data", "data", run["id"]).stdout)["entries"]
        return {one["diagnosis"]["code"] for one in entries if one["severity"] != "info"}

    def export(self) -> str:
        return self.call("directory", "export", "--source", "r", "--data", "data").stdout


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the host compiled, for all tests."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    keeper = Keeper()
    keeper.keep(COMPANY)
    yield keeper
    keeper.server.shutdown()
    keeper.server.server_close()


@pytest.fixture
def pair(tmp_path: Path, compiled: Path, keeper: Keeper) -> dict[str, Source]:
    """The same source by both connectors."""
    rust = Path(os.environ["ROSTER_CONNECTOR"])
    return {name: Source(tmp_path / name, compiled, file, keeper) for name, file in (("rust", rust), ("go", GO))}


@pytest.fixture
def source(pair: dict[str, Source]) -> Source:
    return pair["go"]


def changed(change: str) -> dict[str, Any]:
    """The company after something has happened to it."""
    company = copy.deepcopy(COMPANY)
    departments, people = company["departments"], company["people"]
    match change:
        case "a person leaves":
            people.pop()
        case "a person is renamed and moves":
            people[0] |= {"name": "Xiaohong Li", "departments": ["1", "x"]}
        case "references lead nowhere":
            departments[1]["parent"] = "lost"
            people[0]["manager"] = "nobody"
            people[1]["departments"] = ["1", "gone"]
        case "rows are wrong":
            departments.append({"id": "rd", "name": "again"})
            people[0]["email"] = "no address"
            people += ["no row", {"id": "10", "name": "Zehn", "departments": ["x"], "colour": 1}]
        case "departments are their own ancestors":
            departments[0]["parent"] = "x"
        case "nobody is listed":
            people.clear()
    return company


CHANGES = (
    "a person leaves",
    "a person is renamed and moves",
    "references lead nowhere",
    "rows are wrong",
    "departments are their own ancestors",
    "nobody is listed",
)


@pytest.mark.parametrize("change", CHANGES)
def test_both_connectors_leave_the_same_directory_and_counters(pair: dict[str, Source], keeper: Keeper, change: str) -> None:
    told = {}
    for name, source in pair.items():
        keeper.keep(COMPANY)
        first = source.run("sync")
        before = source.export()
        keeper.keep(changed(change))
        second = source.run("sync")
        told[name] = (first["counters"], before, second["counters"], second["state"], source.export())
    assert told["go"] == told["rust"]
    assert told["go"][0]["created"] == 6


def test_a_roster_that_has_not_changed_puts_nothing(source: Source) -> None:
    source.run("sync")
    counters = source.run("sync")["counters"]
    assert (counters["read"], counters["unchanged"], counters["updated"]) == (6, 6, 0)


def test_who_is_gone_is_removed_after_a_second_reading_only(source: Source, keeper: Keeper) -> None:
    source.run("sync")
    keeper.keep(changed("a person leaves"))
    keeper.asked.clear()
    assert source.run("sync")["counters"]["deactivated"] == 1
    assert len(keeper.asked) == 2


def test_nobody_is_removed_while_a_row_is_wrong(source: Source, keeper: Keeper) -> None:
    source.run("sync")
    company = changed("a person leaves")
    company["departments"].append({"name": "without an id"})
    keeper.keep(company)
    run = source.run("sync")
    assert (run["state"], run["counters"]["deactivated"]) == ("partial", 0)
    assert source.codes(run) == {"value-missing", "removals-stopped"}


def test_a_second_reading_that_fails_removes_nobody(source: Source, keeper: Keeper) -> None:
    source.run("sync")
    keeper.keep(changed("a person leaves"))
    keeper.next = [(200, {}), (404, {})]
    run = source.run("sync")
    assert (run["state"], run["counters"]["deactivated"]) == ("partial", 0)
    assert "not-confirmed" in source.codes(run)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "roster-empty"),
        (b"<html>", "roster-is-a-web-page"),
        (b"\xff\xfe", "not-utf8"),
        (b'{"departments": []}', "roster-not-understood"),
        (b'{"departments": [], "people": [', "roster-not-understood"),
    ],
)
def test_a_file_that_is_no_roster_fails_the_run(source: Source, keeper: Keeper, document: bytes, code: str) -> None:
    keeper.document = document
    assert source.run("sync")["failure"]["diagnosis"]["code"] == code


def test_what_is_nested_as_deep_as_a_host_hands_over_is_passed_over(source: Source, keeper: Keeper) -> None:
    nested = "[" * 127 + "]" * 127
    keeper.document = json.dumps(COMPANY).replace('{"departments"', f'{{"more": {nested}, "departments"', 1).encode()
    assert source.run("sync")["state"] == "succeeded"


@pytest.mark.parametrize(("status", "kind"), [(404, "unavailable"), (410, "settings"), (403, "permission")])
def test_a_file_that_cannot_be_had_is_for_whoever_must_act(source: Source, keeper: Keeper, status: int, kind: str) -> None:
    keeper.next = [(status, {})]
    assert source.run("sync")["failure"]["kind"] == kind


def test_a_server_that_is_busy_is_asked_again(source: Source, keeper: Keeper) -> None:
    keeper.next = [(503, {"Retry-After": "0"})]
    assert source.run("sync")["state"] == "succeeded"
    assert len(keeper.asked) == 2


def test_an_authorization_goes_to_no_other_origin(tmp_path: Path, compiled: Path, keeper: Keeper) -> None:
    other = Keeper()
    other.keep(COMPANY)
    source = Source(tmp_path / "r", compiled, GO, keeper, authorization="Bearer secret")
    file = source.folder / "SOURCE.toml"
    file.write_text(file.read_text().replace("allow = [", f'allow = ["{other.origin}", '))
    keeper.next = [(302, {"Location": f"{other.origin}/moved.json"})]
    assert source.run("sync")["state"] == "succeeded"
    assert keeper.asked[0]["authorization"] == "Bearer secret"
    assert "authorization" not in other.asked[0]
    other.server.shutdown()
    other.server.server_close()


def test_a_check_counts_what_can_be_imported(source: Source, keeper: Keeper) -> None:
    keeper.keep(changed("rows are wrong"))
    ended = source.call("check", "--source", "SOURCE.toml")
    assert "it can be imported; departments: 2, people: 3" in ended.stdout
    assert '"not-an-email-address"' in ended.stdout


def test_a_refresh_brings_those_it_names_and_whom_they_name(source: Source, keeper: Keeper) -> None:
    counters = source.run("refresh", "--user", "7")["counters"]
    # The person, the manager, and the departments of both with what is above them.
    assert counters["created"] == 4
    keeper.keep({**COMPANY, "people": COMPANY["people"][1:]})
    assert source.run("refresh", "--user", "7")["counters"]["deactivated"] == 1


TOKEN = "only-for-the-tests"


class Follower:
    """`rollcall serve` with one source, until the end of a test."""

    def __init__(self, source: Source) -> None:
        words = ["--source", "SOURCE.toml", "--data", "data", "--listen", "127.0.0.1:0"]
        with (source.folder / "serve.log").open("wb") as log:
            self.process = subprocess.Popen(
                [os.environ["ROLLCALL"], "--format", "json", "serve", "--allow-private-addresses", *words],
                cwd=source.folder,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        said = (json.loads(line) for line in self.process.stdout)
        self.address = next(one["sources"][0]["callback"] for one in said if one["what"] == "serving")
        # A pipe that nobody reads would hold it up.
        self.said: list[dict[str, Any]] = []
        self.has_run = threading.Event()
        threading.Thread(target=self._listen, args=[said], daemon=True).start()

    def _listen(self, said: Iterator[dict[str, Any]]) -> None:
        for one in said:
            self.said.append(one)
            if "changes" in one:
                self.has_run.set()

    def tell(self, body: bytes, token: str = TOKEN, method: str = "POST") -> tuple[int, bytes]:
        """Deliver, and return the status and body of the answer."""
        request = urllib.request.Request(self.address, body, {"X-Roster-Token": token}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@pytest.fixture
def follower(tmp_path: Path, compiled: Path, keeper: Keeper) -> Iterator[Follower]:
    source = Source(tmp_path / "r", compiled, GO, keeper, webhook_token=TOKEN)
    source.run("sync")
    follower = Follower(source)
    yield follower
    follower.process.terminate()
    follower.process.wait(PATIENCE_S)


def test_a_delivery_is_verified_and_what_it_names_is_read_again(follower: Follower, keeper: Keeper) -> None:
    assert follower.tell(b'{"people": ["7"]}', token="something else wholly") == (403, b"")
    assert follower.tell(b"", method="GET")[0] == 405
    assert follower.tell(b'{"people": []}')[0] == 400
    keeper.keep(changed("a person is renamed and moves"))
    assert follower.tell(b'{"id": "1", "people": ["7", 7]}') == (202, b'{"accepted":1}')
    assert follower.has_run.wait(PATIENCE_S)
    changes = next(one["changes"] for one in follower.said if "changes" in one)
    assert [(one["action"], one["key"]["external_id"]) for one in changes] == [("updated", "7")]


# What a connector must not do, the code of the failure, and words that the failure repeats.
MISUSES = [
    ("panic", "connector-panicked", "panic: the roster is upside down"),
    ("nil-map", "connector-panicked", "panic: assignment to entry in nil map"),
    ("panic-in-goroutine", "connector-panicked", "panic: nobody waits for this goroutine"),
    ("deadlock", "connector-panicked", "all goroutines are asleep - deadlock!"),
    ("exit", "connector-panicked", "it ended itself"),
    ("recursion", "connector-trapped", "call stack exhausted"),
    ("loop", "connector-out-of-time", "60 s without pause"),
    ("memory", "connector-out-of-memory", "512 MiB"),
]


@pytest.mark.parametrize(("misuse", "code", "words"), MISUSES)
def test_a_run_tells_how_its_connector_died_and_the_host_goes_on(
    tmp_path: Path, compiled: Path, keeper: Keeper, misuse: str, code: str, words: str
) -> None:
    source = Source(tmp_path / "r", compiled, MISUSE, keeper, misuse)
    why = source.run("sync")["failure"]["diagnosis"]
    assert why["code"] == code
    assert words in why["message"]
    # Only `sync` misbehaves.
    assert source.run("refresh", "--user", "7")["state"] == "succeeded"


def test_nothing_of_the_surroundings_is_there(tmp_path: Path, compiled: Path, keeper: Keeper) -> None:
    source = Source(tmp_path / "r", compiled, MISUSE, keeper, "surroundings")
    said = source.run("sync")["failure"]["diagnosis"]["message"].split("; ")
    assert all(" open " in one for one in said[:3]), said
    assert said[3:] == [
        "dial: dial tcp 127.0.0.1:80: address 127.0.0.1:80: connect: Connection refused",
        said[4],
        "environment: []",
        "arguments: []",
        "clock is right: true",
    ]
    assert said[4].startswith("look up: lookup localhost")
    assert not (source.folder / "left-behind").exists()
