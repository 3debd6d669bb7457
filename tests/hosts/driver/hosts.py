"""The hosts, each behind the same few functions: Rollcall itself, and the small ones in Python and in Node.

Not here: what they import (worlds.py).
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from stage import PATIENCE_S, program

Json = dict[str, Any]
T = TypeVar("T")

TESTS = Path(__file__).parents[1]


class Host:
    """One host with one connector and one source, and a data folder of its own."""

    def __init__(self, name: str, folder: Path, compiled: Path, connector: Path, source: Json) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        self.connector, self.source = connector, source
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        cache = compiled / name
        cache.mkdir(mode=0o700, exist_ok=True)
        # What was compiled once need not be again.
        (self.data / "cache").symlink_to(cache)
        self.following: list[Following] = []

    def check(self) -> list[Json]:
        """The findings."""
        raise NotImplementedError

    def sync(self) -> Json:
        """A full import: the report of the run."""
        raise NotImplementedError

    def refresh(self, *keys: str) -> Json:
        """Single objects, such as `User:7`."""
        raise NotImplementedError

    def export(self) -> str:
        """The documents held, a line each."""
        raise NotImplementedError

    def follow(self) -> Following:
        """Follow the source until the test ends."""
        raise NotImplementedError

    def end(self) -> None:
        """End what was started, which must end in good order."""
        for following in self.following:
            following.end()

    def said(self, *command: str | Path, expected: tuple[int, ...] = (0,)) -> str:
        """What a command writes to standard output."""
        # A connector may compute for a minute, on a machine that has much else to do.
        done = subprocess.run(command, capture_output=True, text=True, timeout=5 * PATIENCE_S, check=False)
        assert done.returncode in expected, f"{command} ended with {done.returncode}: {done.stderr}"
        return done.stdout


class Following:
    """A host that follows its source, in a process of its own."""

    def __init__(self, command: list[str | Path], log: Path) -> None:
        self._log = log
        with log.open("wb") as stderr:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
        self._lines: queue.Queue[Json] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout:
            self._lines.put(json.loads(line))

    def wait_for(self, name: str) -> Json:
        """The next thing of this name that it says. What it says besides is passed over."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                said = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"it never said {name!r}: {self._log.read_text()}") from None
            if name in said or said.get("what") == name:
                return said

    @property
    def callback(self) -> str:
        """The callback address."""
        raise NotImplementedError

    def wait_for_channel(self) -> None:
        """Until the channel is open."""
        raise NotImplementedError

    def next_run(self) -> Json:
        """The next run of events."""
        raise NotImplementedError

    def end(self) -> None:
        """Ask it to end: it must, with 0."""
        self._process.terminate()
        try:
            status = self._process.wait(PATIENCE_S)
        finally:
            self._process.kill()
            self._reader.join()
            self._process.stdin.close()
            self._process.stdout.close()
        assert status == 0, f"it ended with {status}: {self._log.read_text()}"


class Rollcall(Host):
    """The reference host."""

    def __init__(self, name: str, folder: Path, compiled: Path, connector: Path, source: Json) -> None:
        super().__init__(name, folder, compiled, connector, source)
        self.file = self.folder / "source.toml"
        self.file.write_text(toml(connector, source), encoding="utf-8")

    def command(self, *words: str) -> list[str | Path]:
        # All that is reached is on this machine.
        reach = ["--allow-private-addresses"] if words[0] in ("check", "sync", "refresh", "serve") else []
        return [program("ROLLCALL"), *words, *reach, "--format", "json"]

    def check(self) -> list[Json]:
        # 1 where a check failed.
        told = json.loads(self.said(*self.command("check", "--source", str(self.file)), expected=(0, 1)))["findings"]
        return [{"check": one["check"], "status": one["standing"], "diagnosis": one["diagnosis"]} for one in told]

    def sync(self) -> Json:
        return self._run("sync")

    def refresh(self, *keys: str) -> Json:
        options = {"User": "--user", "Department": "--department"}
        words = [word for key in keys for word in (options[key.partition(":")[0]], key.partition(":")[2])]
        return self._run("refresh", *words)

    def _run(self, *words: str) -> Json:
        # Failed, partial or held: the row says so.
        self.said(*self.command(*words, "--source", str(self.file), "--data", str(self.data)), expected=(0, 1, 3, 4))
        return self.run(self.runs()[0]["id"])

    def runs(self) -> list[Json]:
        """Newest first."""
        return json.loads(self.said(*self.history()))["runs"]

    def run(self, id: str) -> Json:
        """One run with its entries."""
        told = json.loads(self.said(*self.history(id)))
        entries = [
            {"severity": one["severity"], "code": one["diagnosis"]["code"], "subject": one["subject"]}
            for one in told["entries"]
        ]
        return {**told["run"], "entries": entries}

    def history(self, *words: str) -> list[str | Path]:
        return self.command("history", *words, "--source", self.source["name"], "--data", str(self.data))

    def export(self) -> str:
        return self.said(
            program("ROLLCALL"), "directory", "export", "--source", self.source["name"], "--data", self.data
        )

    def follow(self) -> Following:
        command = self.command("serve", "--source", str(self.file), "--data", str(self.data), "--listen", "127.0.0.1:0")
        following = RollcallFollowing(self, command, self.folder / "serve.log")
        self.following.append(following)
        return following


class RollcallFollowing(Following):
    """`rollcall serve`, whose runs are in its history."""

    def __init__(self, host: Rollcall, command: list[str | Path], log: Path) -> None:
        self._host = host
        self._seen = {run["id"] for run in host.runs()}
        super().__init__(command, log)
        self._address = self.wait_for("serving")["address"]

    @property
    def callback(self) -> str:
        return f"http://{self._address}/callbacks/{self._host.source['name']}"

    def wait_for_channel(self) -> None:
        status = self._host.command("status", "--source", self._host.source["name"], "--data", str(self._host.data))

        def is_connected(told: Json) -> bool:
            return (told["following"] or {}).get("channel", {}).get("state") == "connected"

        until(lambda: json.loads(self._host.said(*status)), is_connected)

    def next_run(self) -> Json:
        def new() -> Json | None:
            ended = [run for run in self._host.runs() if run["kind"] == "events" and run["state"] != "running"]
            return next((run for run in reversed(ended) if run["id"] not in self._seen), None)

        run = until(new, lambda found: found is not None)
        self._seen.add(run["id"])
        return self._host.run(run["id"])


class Small(Host):
    """A small host: the command line that all of them have."""

    program: Callable[[], list[str | Path]]

    def __init__(self, name: str, folder: Path, compiled: Path, connector: Path, source: Json) -> None:
        super().__init__(name, folder, compiled, connector, source)
        self.file = self.folder / "source.json"
        self.file.write_text(json.dumps(source, ensure_ascii=False), encoding="utf-8")

    def command(self, command: str, *words: str) -> list[str | Path]:
        places = ("--connector", self.connector, "--source", self.file, "--data", self.data)
        return [*type(self).program(), command, *places, *words]

    def check(self) -> list[Json]:
        return json.loads(self.said(*self.command("check")))["findings"]

    def sync(self) -> Json:
        return json.loads(self.said(*self.command("sync")))["run"]

    def refresh(self, *keys: str) -> Json:
        return json.loads(self.said(*self.command("refresh", *(word for key in keys for word in ("--key", key)))))[
            "run"
        ]

    def export(self) -> str:
        return self.said(*self.command("export"))

    def follow(self) -> Following:
        command = self.command("follow", "--listen", "127.0.0.1:0")
        following = SmallFollowing(self.source["name"], command, self.folder / "follow.log")
        self.following.append(following)
        return following


class SmallFollowing(Following):
    """Says what it does, a line each."""

    def __init__(self, name: str, command: list[str | Path], log: Path) -> None:
        super().__init__(command, log)
        self._callback = f"{self.wait_for('listening')['listening']}/callbacks/{name}"

    @property
    def callback(self) -> str:
        return self._callback

    def wait_for_channel(self) -> None:
        self.wait_for("channel")

    def next_run(self) -> Json:
        while True:
            run = self.wait_for("run")["run"]
            if run["kind"] == "events":
                return run


class InPython(Small):
    """tests/hosts/python."""

    @staticmethod
    def program() -> list[str | Path]:
        return [os.environ.get("PYTHON", sys.executable), TESTS / "python" / "main.py"]


class InNode(Small):
    """tests/hosts/node."""

    @staticmethod
    def program() -> list[str | Path]:
        return [program("NODE"), program("NODE_HOST")]


HOSTS: dict[str, type[Host]] = {"rust": Rollcall, "python": InPython, "node": InNode}


def until(ask: Callable[[], T], is_right: Callable[[T], bool]) -> T:
    """Ask until the answer is right."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_right(answer := ask()):
        assert time.monotonic() < deadline, f"it stayed {answer!r}"
        time.sleep(0.05)
    return answer


def toml(connector: Path, source: Json) -> str:
    """The same source as a file for Rollcall. JSON's texts and lists are TOML's."""
    egress = source["egress"]
    lines = [f"name = {json.dumps(source['name'])}", f"connector = {json.dumps(str(connector))}", "[egress]"]
    lines += [f"{key} = {json.dumps(egress[name])}" for name, key in EGRESS.items() if name in egress]
    settings = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in source["settings"].items()]
    return "\n".join([*lines, "[settings]", *settings, ""])


EGRESS = {"proxy": "proxy", "ca_file": "ca", "allow": "allow"}
