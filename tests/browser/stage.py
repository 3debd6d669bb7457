"""What a browser looks at: a DingTalk with a company, and Rollcall serving its console.

Both are programs of this repository, started on ports of their own choice, in a folder of the test's, and stopped by their
own handles. Not here: the browser (conftest.py).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

# So that a broken test ends; no test waits for it.
PATIENCE_S = 60

# They open nothing but the simulator's own proxy, for as long as it runs.
PROXY_USER = "rollcall"
PROXY_PASSWORD = "only-for-the-tests"

# All that is reached is on this machine.
ALLOW_PRIVATE = "--allow-private-addresses"


def program(variable: str) -> Path:
    """The file that `cargo xtask browser` names in this variable."""
    name = os.environ.get(variable)
    if name is None:
        raise RuntimeError(f"{variable} is not set; run these tests by `cargo xtask browser`")
    return Path(name)


def empty_data(folder: Path) -> Path:
    """A data folder with nothing in it, but that a connector need not be compiled again that once was. It takes seconds."""
    compiled = program("COMPILED")
    compiled.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = folder / "data"
    data.mkdir()
    (data / "cache").symlink_to(compiled)
    return data


@dataclass(frozen=True)
class Application:
    """What an administrator copies from DingTalk's console."""

    corp_id: str
    app_key: str
    app_secret: str = field(repr=False)


class Running:
    """A program of ours, which says what it does as one JSON value a line."""

    def __init__(self, command: list[str | Path], log: Path, env: dict[str, str] | None = None) -> None:
        with log.open("wb") as stderr:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, **(env or {})},
            )
        self.ready = self._wait(log)
        # A pipe that nobody reads would hold it up. What it said is there once it has ended.
        self.said_later = b""
        self._rest = threading.Thread(target=self._listen, daemon=True)
        self._rest.start()

    def _listen(self) -> None:
        self.said_later = self._process.stdout.read()

    def _wait(self, log: Path) -> dict[str, object]:
        """What it says once it listens."""
        for line in self._process.stdout:
            said = json.loads(line)
            if self.listens(said):
                return said
        self._process.wait()
        raise RuntimeError(f"{self._process.args[0]} ended before it listened: {log.read_text()}")

    @staticmethod
    def listens(said: dict[str, object]) -> bool:
        """Whether this line says where it listens."""
        raise NotImplementedError

    def stop(self) -> int:
        """Ask it to end, insist after a while, and say how it ended."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._rest.join()
        self._process.stdin.close()
        self._process.stdout.close()
        return self._process.returncode


class Simulator(Running):
    """A DingTalk with the company that `company` names, behind TLS and a proxy with a password. It tells changes by Stream."""

    def __init__(self, folder: Path, company: str = "feihua") -> None:
        self.ca = folder / "ca.pem"
        super().__init__(
            [
                program("DINGTALK_SIMULATOR"),
                *("serve", "--company", company, "--stream", "--ca-out", self.ca, "--proxy", "127.0.0.1:0"),
                *("--proxy-user", PROXY_USER, "--proxy-password", PROXY_PASSWORD),
            ],
            folder / "simulator.log",
        )

    @staticmethod
    def listens(said: dict[str, object]) -> bool:
        # It says nothing else.
        return "control" in said

    @property
    def proxy(self) -> str:
        return f"http://{self.ready['proxy']}"

    @property
    def application(self) -> Application:
        """The company's application."""
        company = self.control("GET", "/company")
        app = company["apps"][0]
        return Application(company["corp_id"], app["app_key"], app["app_secret"])

    def control(self, method: str, path: str, body: object = None) -> object:
        """Change the company, what its application may do, or what goes wrong; see the simulator's control API."""
        request = urllib.request.Request(
            f"http://{self.ready['control']}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        # Loopback: a proxy of the environment has no part in it.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def mutate(self, *mutations: object) -> None:
        """Change the company, as somebody would in DingTalk's console."""
        self.control("POST", "/mutations", list(mutations))

    def subscribe(self, url: str, token: str, aes_key: str) -> None:
        """Have changes told by calls of this address, as a developer enters it in DingTalk's console, which tries it first."""
        events = {"http": {"url": url, "token": token, "aes_key": aes_key}}
        self.control("POST", f"/apps/{self.application.app_key}/events", events)

    def go_wrong(self, *rules: object) -> None:
        """Have these faults happen, and no others."""
        self.control("DELETE", "/faults")
        self.control("POST", "/faults", list(rules))

    def answer_after(self, delay_ms: int) -> None:
        """Take so long for every answer."""
        self.control("POST", "/switches", {"delay_ms": delay_ms})

    @property
    def people(self) -> list[dict[str, object]]:
        """Everybody in the company, by id."""
        return sorted(self.control("GET", "/company")["users"], key=lambda user: user["userid"])

    @property
    def departments(self) -> list[dict[str, object]]:
        """All departments, by number; the first is the company itself."""
        return sorted(self.control("GET", "/company")["departments"], key=lambda department: department["dept_id"])


class Serving(Running):
    """`rollcall serve` with one connector on its shelf, DingTalk's as a rule, unless that is to be empty, and no source yet."""

    def __init__(self, folder: Path, *words: str, connector: str | None = "DINGTALK_CONNECTOR") -> None:
        connectors = folder / "connectors"
        connectors.mkdir()
        if connector is not None:
            shutil.copy(program(connector), connectors)
        super().__init__(
            [
                program("ROLLCALL"),
                *("serve", "--data", empty_data(folder), "--connectors", connectors, ALLOW_PRIVATE),
                *("--listen", "127.0.0.1:0", "--format", "json", *words),
            ],
            folder / "rollcall.log",
        )

    @staticmethod
    def listens(said: dict[str, object]) -> bool:
        return said["what"] == "serving"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.ready['address']}"

    @property
    def setup(self) -> str:
        """The link that creates the first account."""
        return self.ready["setup"]
