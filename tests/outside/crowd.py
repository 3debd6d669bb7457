"""A server with 2,000 made-up people in 200 departments, for clients that go through all of them.

They come out of a roster, which a web server on this machine has.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
from administrator import Administrator, connector, ended_runs
from server import Server

N_PEOPLE = 2_000
N_DEPARTMENTS = 200

SOURCE = "crowd"

FAMILY_NAMES = ("王", "李", "张", "刘", "陈", "欧阳", "司马", "诸葛", "上官", "赵")
GIVEN_NAMES = ("伟", "芳", "秀英", "敏", "静", "建国", "小红", "磊", "思远", "洋")
OTHER_NAMES = ("Ann-Kathrin O'Brien", "阿卜杜拉·买买提", "Li Lei", "张三(外包)")


@dataclass
class Crowd:
    """Rollcall, with all of them imported, and a client that may only read."""

    url: str
    token: str
    people: list[dict[str, object]]
    departments: list[dict[str, object]]
    web: Web
    manager: httpx2.Client

    @property
    def base(self) -> str:
        """What a client is given as the address of the service."""
        return f"{self.url}/scim/v2"

    @property
    def scim(self) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.Client(base_url=f"{self.base}/", trust_env=False, timeout=60, headers=headers)


def name(n: int) -> str:
    if n % 97 == 9:
        return OTHER_NAMES[n // 97 % len(OTHER_NAMES)]
    return FAMILY_NAMES[n % len(FAMILY_NAMES)] + GIVEN_NAMES[n // len(FAMILY_NAMES) % len(GIVEN_NAMES)]


def person(n: int) -> dict[str, object]:
    """Most have everything; every seventh has no e-mail address, every fifth no manager."""
    departments = [str(n % N_DEPARTMENTS + 1), *(["1"] if n % 11 == 0 else [])]
    return {
        "id": f"u{n:04}",
        "name": name(n),
        "mobile": f"+86 138 0000 {n:04}",
        "title": ("Engineer", "工程师", "Director")[n % 3],
        "employee_number": f"E-{n}",
        "departments": sorted(set(departments)),
        **({"email": f"u{n:04}@crowd.example"} if n % 7 != 3 else {}),
        **({"manager": f"u{n // 10:04}"} if n % 5 else {}),
    }


def department(n: int) -> dict[str, object]:
    """A tree with nine below each."""
    return {"id": str(n), "name": f"部门 {n}", **({"parent": str((n + 7) // 9)} if 1 < n else {})}


class Web:
    """A web server with one JSON document."""

    def __init__(self, document: object) -> None:
        web = self
        self.show(document)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802
                text = web._text
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *words: object) -> None:  # noqa: A002
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def show(self, document: object) -> None:
        """From now on, have this document."""
        self._text = json.dumps(document).encode()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def crowded(folder: Path) -> Iterator[Crowd]:
    """It must end in good order."""
    people = [person(n) for n in range(N_PEOPLE)]
    departments = [department(n) for n in range(1, N_DEPARTMENTS + 1)]
    web = Web({"departments": departments, "people": people})
    try:
        serving = Server(folder, "--allow-origin", web.origin, connector="ROSTER_CONNECTOR")
        try:
            administrator = Administrator(serving)
            manager = administrator.program("manage")
            import_all(manager, web.origin)
            yield Crowd(serving.url, administrator.tokens["read"], people, departments, web, manager)
        finally:
            status = serving.stop()
        assert status == 0, serving.log
    finally:
        web.stop()


def import_all(program: httpx2.Client, origin: str) -> None:
    source = {
        "name": SOURCE,
        "connector": connector(program, "roster.wasm"),
        "settings": {"url": f"{origin}/roster.json"},
        "allowed_origins": [origin],
        "scim": {"names": "split"},
        "is_followed": True,
    }
    program.post("/api/v1/sources", json=source).raise_for_status()
    (run,) = ended_runs(program, SOURCE, 1)
    assert (run["state"], run["counters"]["created"]) == ("succeeded", N_PEOPLE + N_DEPARTMENTS), run
