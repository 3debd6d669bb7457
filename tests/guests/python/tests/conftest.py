"""The contract's types, made from `wit/` as componentize-py makes them, and a host in memory behind its functions."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[4]

_BINDINGS = tempfile.TemporaryDirectory()


def pytest_configure() -> None:
    """Before any test is imported: what it imports needs the types."""
    program = Path(sysconfig.get_path("scripts")) / "componentize-py"
    command = [program, "-q", "-d", REPOSITORY / "wit", "-w", "live-connector", "bindings", _BINDINGS.name]
    subprocess.run(command, check=True)
    sys.path.insert(0, _BINDINGS.name)


def pytest_unconfigure() -> None:
    """After the last test."""
    _BINDINGS.cleanup()


@dataclass
class FakeHost:
    """A platform in memory and a network of answers. Everything that is begun is ready at the next `wait`."""

    # What stands behind an address: a response or a fault, or a function of how often it was asked.
    answers: dict[str, Any] = field(default_factory=dict)
    # Of each object: its version, and the document last put.
    held: dict[tuple[str, str], tuple[str, Any]] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    requests: list[Any] = field(default_factory=list)
    puts: list[Any] = field(default_factory=list)
    removed: list[Any] = field(default_factory=list)
    proposed: list[Any] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)
    closed: list[Any] = field(default_factory=list)
    slept_ms: list[int] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    _ready: deque[int] = field(default_factory=deque)
    _results: dict[int, Any] = field(default_factory=dict)

    def ticket(self, result: Any = None) -> int:
        number = len(self._results) + 1
        self._results[number] = result
        self._ready.append(number)
        return number

    # tasks, host

    def wait(self, most: int) -> list[int]:
        return [self._ready.popleft() for _ in range(min(most, len(self._ready)))]

    def begin_timer(self, delay_ms: int) -> int:
        self.slept_ms.append(delay_ms)
        return self.ticket()

    def random(self, length: int) -> bytes:
        return bytes(length)

    def log(self, level: Any, message: str) -> None:
        self.logged.append(f"{level.name}: {message}")

    # http-client

    def begin(self, requests: list[Any]) -> list[int]:
        return [self.ticket(self.answer(request)) for request in requests]

    def answer(self, request: Any) -> Any:
        from componentize_py_types import Err, Ok
        from wit_world.imports.http_client import Fault, HttpResponse
        from wit_world.imports.model import Body_Text

        self.requests.append(request)
        answer = self.answers.get(request.url, HttpResponse(404, [], Body_Text("")))
        if callable(answer):
            answer = answer(sum(one.url == request.url for one in self.requests))
        if isinstance(answer, str):
            answer = HttpResponse(200, [], Body_Text(answer))
        return Err(answer) if isinstance(answer, Fault) else Ok(answer)

    def take(self, tickets: list[int]) -> list[Any]:
        return [self._results[number] for number in tickets]

    def throttled(self, bucket: str | None, wait_ms: int) -> None:
        self.logged.append(f"throttled {bucket} {wait_ms}")

    # directory, history

    def list_inventory(self, resource_type: str, after: str | None, limit: int) -> list[Any]:
        ids = sorted(id for type, id in self.held if type == resource_type and (after is None or after < id))
        return [self.item((resource_type, id)) for id in ids[:limit]]

    def find_inventory(self, keys: list[Any]) -> list[Any]:
        return [self.item((key.resource_type, key.external_id)) for key in keys]

    def item(self, id: tuple[str, str]) -> Any:
        from wit_world.imports.directory import InventoryItem

        return InventoryItem(id[1], self.held[id][0], False) if id in self.held else None

    def begin_apply(self, changes: list[Any]) -> int:
        return self.ticket([self.apply(change) for change in changes])

    def apply(self, change: Any) -> Any:
        import json

        from wit_world.imports.directory import Outcome, OutcomeStatus
        from wit_world.imports.model import Change_Put

        key = change.value.key
        id = key.resource_type, key.external_id
        if key.external_id in self.refuses:
            return Outcome(OutcomeStatus.REJECTED, None)
        if isinstance(change, Change_Put):
            document = json.loads(change.value.document)
            self.puts.append(document)
            self.held[id] = change.value.version, document
        else:
            self.removed.append((id, change.value.evidence))
            self.held.pop(id)
        return Outcome(OutcomeStatus.APPLIED, None)

    def take_applied(self, ticket: int) -> Any:
        return self._results[ticket]

    def close_reading(self, coverage: list[Any]) -> None:
        self.closed.append([(one.resource_type, one.read) for one in coverage])

    def remove_missing(self, removals: list[Any]) -> list[Any]:
        for removal in removals:
            id = removal.key.resource_type, removal.key.external_id
            self.removed.append((id, removal.evidence))
            self.held.pop(id)
        return []

    def propose_clearings(self, clearings: list[Any]) -> None:
        for one in clearings:
            self.proposed.append((one.attribute, one.document, [key.external_id for key in one.keys], one.reason.code))

    def record_entries(self, entries: list[Any]) -> None:
        self.entries += entries

    def told(self) -> list[tuple[str, str, str | None]]:
        """The log: severity, code, and whom it is about. It is empty afterwards."""
        told = [
            (one.severity.name.lower(), one.diagnosis.code, one.subject and one.subject.external_id)
            for one in self.entries
        ]
        self.entries.clear()
        return told


FUNCTIONS = {
    "host": ("random", "log"),
    "tasks": ("wait", "begin_timer"),
    "http_client": ("begin", "take", "throttled"),
    "directory": (
        *("list_inventory", "find_inventory", "begin_apply", "take_applied", "close_reading", "remove_missing"),
        "propose_clearings",
    ),
    "history": ("record_entries",),
}


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHost]:
    """A host behind the functions that the connector imports."""
    import importlib

    fake = FakeHost()
    for interface, functions in FUNCTIONS.items():
        module = importlib.import_module(f"wit_world.imports.{interface}")
        for name in functions:
            monkeypatch.setattr(module, name, getattr(fake, name))
    nothing: Callable[..., None] = lambda *_: None  # noqa: E731
    monkeypatch.setattr(importlib.import_module("wit_world.imports.history"), "report", nothing)
    monkeypatch.setattr(importlib.import_module("wit_world.imports.directory"), "open_reading", nothing)
    yield fake
