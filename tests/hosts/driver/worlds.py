"""The worlds that are imported: a roster that a test rewrites, and DingTalk's company Feihua, simulated.

Each world is one story for one host with one connector, and says what the host did: the end of each run, and everything it
holds. Two hosts that do the same say the same.
"""

from __future__ import annotations

import http.server
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hosts import HOSTS, Host, Json, until
from stage import PROXY_PASSWORD, PROXY_USER, Simulator, program

CONNECTORS = ("dingtalk", "roster", "roster-python", "roster-javascript")

WEBHOOK_TOKEN = "canary-of-the-webhook-token-81f3"
CALLBACK_TOKEN = "canaryOfTheCallbackToken"
CALLBACK_AES_KEY = "canaryOfTheKeyThatEncryptsEveryCallback0123"


class Roster:
    """Files behind a URL on this machine."""

    def __init__(self) -> None:
        files: dict[str, bytes] = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = files.get(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("content-length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: Any) -> None:
                pass

        self._files = files
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def write(self, path: str, content: Json | str) -> None:
        """Serve this from now on."""
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        self._files[path] = text.encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Scene:
    """Where one world is, and what was started for it."""

    folder: Path
    compiled: Path
    _ends: list[Callable[[], object]] = field(default_factory=list)

    def roster(self) -> Roster:
        roster = Roster()
        self._ends.append(roster.close)
        return roster

    def simulator(self) -> Simulator:
        simulator = Simulator(self.folder)
        self._ends.append(simulator.stop)
        return simulator

    def host(self, name: str, connector: str, source: Json, folder: str = "") -> Host:
        """A host of this name with this connector, in a folder of its own where there are several."""
        file = program("CONNECTORS") / f"{connector}.wasm"
        assert file.exists(), f"{file} is not there: build it first"
        within = self.folder / folder
        within.mkdir(exist_ok=True)
        host = HOSTS[name](name, within, self.compiled, file, source)
        self._ends.append(host.end)
        return host

    def end(self) -> None:
        """The last first: a host before what it asks."""
        while self._ends:
            self._ends.pop()()


@dataclass(frozen=True)
class Told:
    """What a host did in a world, step by step."""

    steps: list[tuple[str, Any]] = field(default_factory=list)

    def run(self, step: str, run: Json) -> None:
        """How a run ended. The order of entries is not compared: things are done side by side."""
        failure = run["failure"]
        end = {
            "kind": run["kind"],
            "state": run["state"],
            "counters": {name: run["counters"][name] for name in COUNTERS},
            "failure": failure and (failure["kind"], failure["diagnosis"]["code"]),
            "entries": sorted((one["severity"], one["code"], subject_of(one)) for one in run["entries"]),
        }
        self.steps.append((step, end))

    def findings(self, host: Host) -> None:
        """What the connector says of its source, without what a host checks before it asks."""
        found = [(one["check"], one["status"], one["diagnosis"]["code"]) for one in host.check()]
        self.steps.append(("check", [one for one in found if one[0] not in OF_HOSTS]))

    def holds(self, host: Host) -> None:
        """Everything that is held, byte by byte."""
        self.steps.append(("export", host.export()))


def subject_of(entry: Json) -> str:
    """Whom an entry is about, as `--key` is written; a host may write it so, too."""
    subject = entry["subject"] or ""
    return subject if isinstance(subject, str) else f"{subject['resource_type']}:{subject['external_id']}"


# What the Rust host checks itself.
OF_HOSTS = ("settings", "proxy", "proxy-password", "origin", "clock")

COUNTERS = ("read", "created", "updated", "unchanged", "skipped", "rejected", "deactivated", "deleted", "kept", "held")


# Rosters.


def company() -> Json:
    """Three departments and eight people."""
    people = [
        {
            "id": f"{n}",
            "name": f"Person {n}",
            "email": f"p{n}@feihua.example",
            "mobile": f"+86 138 0000 000{n}",
            "departments": ["rd"],
        }
        for n in range(1, 8)
    ]
    people[0] |= {"title": "Lead", "departments": ["1", "rd"], "employee_number": "E-1"}
    people[1] |= {"title": "Engineer", "manager": "1"}
    people.append({"id": 8, "name": "小红 <U+1F600 😀>", "departments": [], "manager": "2"})
    departments = [
        {"id": "1", "name": "飞花"},
        {"id": "rd", "name": "R&D", "parent": "1", "order": 10},
        {"id": "ops", "name": "Ops", "parent": "1", "order": 20},
    ]
    return {"departments": departments, "people": people}


def roster_source(roster: Roster, **settings: str) -> Json:
    settings = settings or {"url": f"{roster.origin}/roster.json"}
    return {"name": "branch", "settings": settings, "egress": {"allow": [roster.origin]}}


def roster_import(scene: Scene, name: str, connector: str) -> Told:
    """A full import, a second one, a cleared value, a person and a department that are gone."""
    roster, told, written = scene.roster(), Told(), company()
    roster.write("/roster.json", written)
    host = scene.host(name, connector, roster_source(roster))
    told.findings(host)
    told.run("first", host.sync())
    told.holds(host)
    told.run("second", host.sync())
    del written["people"][2]["email"], written["people"][1]["title"]
    written["people"][1]["name"] = "Person 2, renamed"
    roster.write("/roster.json", written)
    told.run("cleared", host.sync())
    told.holds(host)
    del written["people"][3], written["departments"][2]
    roster.write("/roster.json", written)
    told.run("left", host.sync())
    told.holds(host)
    for person in written["people"]:
        person.pop("mobile", None)
    roster.write("/roster.json", written)
    told.run("a column is gone", host.sync())
    told.holds(host)
    return told


def roster_csv(scene: Scene, name: str, connector: str) -> Told:
    """CSV files, and every kind of row that is wrong."""
    roster, told = scene.roster(), Told()
    roster.write("/d.csv", "id;name;parent;order\n1;飞花;;\nrd;R&D;1;10\n")
    people = "id;Name;departments;e-mail;email;mobile;manager\n7;Hong;rd;x;h@f.example;+86 138;8\n8;Bai;1,rd;;;;\n9;Li;rd;;;;\n"
    roster.write("/p.csv", "\ufeff" + people.replace("1,rd", '"1;rd"'))
    settings = {"departments_url": f"{roster.origin}/d.csv", "people_url": f"{roster.origin}/p.csv", "delimiter": ";"}
    host = scene.host(name, connector, roster_source(roster, **settings))
    told.run("first", host.sync())
    told.holds(host)
    wrong = [
        *(
            "8;Bai;1;;;;gone",
            "10;;rd;;not-an-address;1.38E+10;",
            "11;Twice;;;;;",
            "11;Twice;;;;;",
            "12;Few;rd",
            ";Nobody;;;;;",
        ),
        *('13;"Line\nbreak";;;;;', "14;Fine;nowhere;;;;13"),
    ]
    roster.write("/p.csv", "id;name;departments;e-mail;email;mobile;manager\n" + "\n".join(wrong) + "\n")
    roster.write("/d.csv", "id;name;parent;order\n1;飞花;;first\na;A;b;\nb;B;a;\nrd;R&D;nowhere;1\n")
    told.run("wrong rows", host.sync())
    told.findings(host)
    told.holds(host)
    for step, content in (
        ("empty", ""),
        ("a web page", "<html>"),
        ("no people", "id;name;departments\n"),
        ("no columns", "a;b\n"),
    ):
        roster.write("/p.csv", content)
        told.run(step, host.sync())
    told.holds(host)
    return told


def roster_refresh(scene: Scene, name: str, connector: str) -> Told:
    """Single objects: changed, new, cleared, gone, and unknown while the roster is not whole."""
    roster, told, written = scene.roster(), Told(), company()
    roster.write("/roster.json", written)
    host = scene.host(name, connector, roster_source(roster))
    host.sync()
    written["people"][0]["name"] = "Person 1, renamed"
    written["people"].append({"id": "9", "name": "New", "departments": ["new", "gone"]})
    written["departments"].append({"id": "new", "name": "New", "parent": "ops"})
    del written["people"][2]["mobile"], written["people"][3]
    roster.write("/roster.json", written)
    told.run("refreshed", host.refresh("User:1", "User:3", "User:4", "User:9", "User:none"))
    told.holds(host)
    written["people"].append({"id": "10"})
    del written["people"][0]
    roster.write("/roster.json", written)
    told.run("not whole", host.refresh("User:1", "Department:rd"))
    told.holds(host)
    roster.write("/roster.json", "[]")
    told.run("no roster", host.refresh("User:1"))
    return told


def roster_webhook(scene: Scene, name: str, connector: str) -> Told:
    """Deliveries: taken, refused, repeated."""
    roster, told, written = scene.roster(), Told(), company()
    roster.write("/roster.json", written)
    settings = {"url": f"{roster.origin}/roster.json", "webhook_token": WEBHOOK_TOKEN}
    host = scene.host(name, connector, roster_source(roster, **settings))
    host.sync()
    following = host.follow()
    written["people"][0]["name"] = "Person 1, renamed"
    del written["people"][3]
    roster.write("/roster.json", written)
    token = {"x-roster-token": WEBHOOK_TOKEN}
    change = {"id": "change-1", "people": ["1", 4, "1"], "departments": ["rd"]}
    told.steps.append(("delivered", deliver(following.callback, json.dumps(change), token)))
    told.run("handled", following.next_run())
    told.steps.append(("again", deliver(following.callback, json.dumps(change), token)))
    for step, body, headers in (
        ("without token", json.dumps(change), {}),
        ("with another token", json.dumps(change), {"x-roster-token": WEBHOOK_TOKEN.upper()}),
        ("no object", "[]", token),
        ("nobody", "{}", token),
        ("a bad id", '{"people": [""]}', token),
        ("by GET", None, token),
    ):
        told.steps.append((step, deliver(following.callback, body, headers)))
    # The repeat was known: nothing but this is handled next.
    written["people"][1]["title"] = "Architect"
    roster.write("/roster.json", written)
    told.steps.append(("without id", deliver(following.callback, '{"people": ["2"]}', token)))
    told.run("handled", following.next_run())
    told.holds(host)
    return told


def deliver(url: str, body: str | None, headers: dict[str, str]) -> tuple[int, str, str]:
    """Status, content type and body of the answer."""
    request = urllib.request.Request(
        url, data=body and body.encode(), headers=headers, method="GET" if body is None else "POST"
    )
    # Loopback: a proxy of the environment has no part in it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        answer = opener.open(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers.get("content-type", ""), answer.read().decode()


# DingTalk.


def dingtalk_source(simulator: Simulator, **settings: str) -> Json:
    application = simulator.application
    login = f"{quote(PROXY_USER)}:{quote(PROXY_PASSWORD)}@"
    return {
        "name": "feihua",
        "settings": {
            "corp_id": application.corp_id,
            "app_key": application.app_key,
            "app_secret": application.app_secret,
            **settings,
        },
        "egress": {"proxy": simulator.proxy.replace("://", f"://{login}"), "ca_file": str(simulator.ca)},
    }


def dingtalk_import(scene: Scene, name: str, connector: str) -> Told:
    """A full import, a second one, cleared values, people and departments that are gone, an answer that fails."""
    simulator, told = scene.simulator(), Told()
    host = scene.host(name, connector, dingtalk_source(simulator))
    told.findings(host)
    told.run("first", host.sync())
    told.holds(host)
    told.run("second", host.sync())
    with_title = [person["userid"] for person in simulator.people if person.get("title")]
    simulator.mutate({"modify_user": {"userid": with_title[0], "patch": {"title": None, "name": "改名"}}})
    told.run("cleared", host.sync())
    told.holds(host)
    simulator.mutate({"remove_user": {"userid": with_title[1]}})
    told.run("left", host.sync())
    told.holds(host)
    simulator.mutate({"remove_user": {"userid": with_title[2]}})
    simulator.go_wrong({"fault": "result_missing", "path": "/topapi/v2/user/list"})
    told.run("an answer fails", host.sync())
    told.holds(host)
    return told


def dingtalk_reused_id(scene: Scene, name: str, connector: str) -> Told:
    """An id that is given to somebody else, and a person under another account."""
    simulator, told = scene.simulator(), Told()
    host = scene.host(name, connector, dingtalk_source(simulator))
    host.sync()
    first, second = simulator.people[:2]
    somebody = {key: first[key] for key in ("userid", "memberships")}
    simulator.mutate(
        {"remove_user": {"userid": first["userid"]}},
        {"add_user": {**somebody, "name": "别人", "unionid": "somebodyElse"}},
        {"modify_user": {"userid": second["userid"], "patch": {"unionid": "anotherAccount"}}},
    )
    told.run("reused", host.sync())
    told.holds(host)
    told.run("again", host.sync())
    return told


def dingtalk_refresh(scene: Scene, name: str, connector: str) -> Told:
    """Single people and departments."""
    simulator, told = scene.simulator(), Told()
    host = scene.host(name, connector, dingtalk_source(simulator))
    host.sync()
    first, second = (person["userid"] for person in simulator.people[:2])
    department = simulator.departments[-1]["dept_id"]
    simulator.mutate(
        {"modify_user": {"userid": first, "patch": {"name": "改名", "title": None}}},
        {"remove_user": {"userid": second}},
        {"rename_department": {"dept_id": department, "name": "改名部门"}},
    )
    told.run("refreshed", host.refresh(f"User:{first}", f"User:{second}", f"Department:{department}", "User:nobody"))
    told.holds(host)
    return told


def dingtalk_push(scene: Scene, name: str, connector: str) -> Told:
    """Changes that DingTalk pushes to the callback address."""
    simulator, told = scene.simulator(), Told()
    settings = {"events": "http", "callback_token": CALLBACK_TOKEN, "callback_aes_key": CALLBACK_AES_KEY}
    host = scene.host(name, connector, dingtalk_source(simulator, **settings))
    host.sync()
    following = host.follow()
    simulator.subscribe(following.callback, CALLBACK_TOKEN, CALLBACK_AES_KEY)
    told.steps.append(
        ("forged", deliver(f"{following.callback}?signature=x&timestamp=1&nonce=n", '{"encrypt":"x"}', {})[0])
    )
    return changed(simulator, host, told)


def dingtalk_stream(scene: Scene, name: str, connector: str) -> Told:
    """Changes over the channel."""
    simulator, told = scene.simulator(), Told()
    host = scene.host(name, connector, dingtalk_source(simulator, events="stream"))
    host.sync()
    host.follow().wait_for_channel()
    return changed(simulator, host, told)


def changed(simulator: Simulator, host: Host, told: Told) -> Told:
    """How many runs it takes is each host's affair; what is held in the end is not."""
    first, second = (person["userid"] for person in simulator.people[:2])
    before = host.export()
    simulator.mutate(
        {"modify_user": {"userid": first, "patch": {"name": "推送改名"}}},
        {"remove_user": {"userid": second}},
    )
    is_done = lambda held: "推送改名" in held and f'"externalId":"{second}"' not in held  # noqa: E731
    after = until(host.export, is_done)
    told.steps.append(("changed", {"before": before, "after": after}))
    return told


WORLDS: dict[str, dict[str, Callable[[Scene, str, str], Told]]] = {
    "dingtalk": {
        "import": dingtalk_import,
        "reused-id": dingtalk_reused_id,
        "refresh": dingtalk_refresh,
        "push": dingtalk_push,
        "stream": dingtalk_stream,
    },
    "roster": {
        "import": roster_import,
        "bad-rows": roster_csv,
        "refresh": roster_refresh,
        "webhook": roster_webhook,
    },
}
