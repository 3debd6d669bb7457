"""One call of a connector: what it may use, its tickets, and every function that it imports."""

from __future__ import annotations

import heapq
import secrets
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import bounds
from egress import Fault
from wasmtime.component import Variant
from wit import BrokeContract, Rec, Refused, diagnosis, invalid

OFFLINE = {"host"}
ASKING = OFFLINE | {"tasks", "http-client", "storage"}
CHANGING = ASKING | {"history", "directory"}

# What each function of a connector may use.
REACH = {
    **dict.fromkeys(("describe", "validate", "receive", "frame"), OFFLINE),
    **dict.fromkeys(("check", "fetch-events", "open-channel"), ASKING),
    **dict.fromkeys(("refresh", "handle", "sync"), CHANGING),
}

FOR_SYNC = ("close-reading", "remove-missing", "save-checkpoint")

TIMES_S = {
    **dict.fromkeys(("describe", "validate", "frame"), bounds.OFFLINE_S),
    **dict.fromkeys(("check", "fetch-events", "open-channel"), bounds.CHECK_S),
    **dict.fromkeys(("refresh", "handle", "sync"), bounds.IMPORT_S),
    "receive": bounds.DELIVERY_S,
}

CANCELLED = diagnosis("cancelled", "the run was cancelled")


class Call:
    """What is known while a connector is inside."""

    def __init__(self, source: Any, function: str, seals: list[Any], apply: Any = None, recorder: Any = None) -> None:
        self.source, self.function, self.seals, self.apply, self.recorder = source, function, seals, apply, recorder
        self.last_words = ""
        self._ends_at = time.monotonic() + TIMES_S[function]
        self._cancelled_at: float | None = None
        self._changed = threading.Condition()
        self._next = 1
        # Tickets by what they stand for; those that are ready; their results, until they are taken.
        self._under_way: dict[int, str] = {}
        self._timers: list[tuple[float, int]] = []
        self._ready: deque[int] = deque()
        self._named: set[int] = set()
        self._results: dict[int, Any] = {}
        self._untaken_bytes = 0
        self.interfaces: dict[str, dict[str, Callable[..., Any]]] = {
            "model": {},
            "host": {"now-ms": now_ms, "random": random_bytes, "log": self.log},
            "tasks": {"wait": self.wait, "begin-timer": self.begin_timer},
            "http-client": {"begin": self.begin, "take": self.take, "throttled": self.throttled},
            "storage": {"get": self.get, "write": self.write, "scan": self.scan},
            "directory": {
                "list-inventory": lambda *told: answered(self.apply.list_inventory, *told),
                "find-inventory": lambda *told: answered(self.apply.find_inventory, *told),
                "begin-apply": self.begin_apply,
                "take-applied": self.take_applied,
                "open-reading": lambda *told: answered(self.apply.open_reading, *told),
                "close-reading": lambda *told: answered(self.apply.close_reading, *told),
                "remove-missing": self.remove_missing,
                "propose-clearings": lambda *told: answered(self.apply.propose_clearings, *told),
                "save-checkpoint": lambda *told: answered(self.apply.save_checkpoint, *told),
            },
            "history": {"report": lambda progress: None, "record-entries": self.record_entries},
        }

    def may_use(self, interface: str, name: str) -> None:
        """Raises `BrokeContract` for what this function has no business with."""
        is_forbidden = interface not in REACH[self.function] or (name in FOR_SYNC and self.function != "sync")
        if is_forbidden:
            raise BrokeContract(f"`{self.function}` may not use {interface}.{name}")

    # Time.

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled_at is not None

    def cancel(self) -> None:
        """Everything outstanding is ready at once, and so is whatever is begun from then on."""
        with self._changed:
            self._cancelled_at = self._cancelled_at or time.monotonic()
            self._changed.notify_all()

    def seconds_left(self) -> float:
        """How long it may go on."""
        ends_at = self._ends_at
        if self._cancelled_at is not None:
            ends_at = min(ends_at, self._cancelled_at + bounds.CANCEL_GRACE_S)
        return max(0.0, ends_at - time.monotonic())

    # host

    def log(self, level: str, message: str) -> None:
        line = self.source.redact(message.encode()[: bounds.LOG_LINE_BYTES].decode(errors="ignore"))
        if level == "error":
            self.last_words = f"{self.last_words}\n{line}".strip()[-bounds.LAST_WORDS :]
        print(f"{level} {self.function}: {line}", file=sys.stderr)

    # tasks

    def _begin(self, kind: str) -> int:
        n_tickets = len(self._under_way) + len(self._results) + len(self._ready)
        if bounds.UNTAKEN <= n_tickets:
            raise BrokeContract(f"it left more than {bounds.UNTAKEN} results untaken")
        number = self._next
        self._next += 1
        self._under_way[number] = kind
        return number

    def _finish(self, number: int, result: Any) -> None:
        """Keep a result, unless the call gave up waiting for it."""
        with self._changed:
            if self._under_way.pop(number, None) is None:
                return
            n_bytes = len(result.payload.body) if isinstance(result, Variant) and result.tag == "ok" else 0
            if bounds.UNTAKEN_BYTES < self._untaken_bytes + n_bytes:
                too_large = "the connector left more than 256 MiB of responses untaken"
                result, n_bytes = Fault("too-large", diagnosis("response-too-large", too_large)).result, 0
            self._untaken_bytes += n_bytes
            if result is not None:
                self._results[number] = result
            self._ready.append(number)
            self._changed.notify_all()

    def wait(self, most: int) -> list[int]:
        with self.source.engine.outside(), self._changed:
            while True:
                self._fire_timers()
                if self.is_cancelled:
                    self._give_up()
                if self._ready or not self._under_way or self.seconds_left() == 0:
                    break
                self._changed.wait(self._until_next())
        named = [self._ready.popleft() for _ in range(min(len(self._ready), max(1, min(most, bounds.WAIT))))]
        self._named.update(named)
        return named

    def _until_next(self) -> float:
        left_s = self.seconds_left()
        return min(left_s, max(0.0, self._timers[0][0] - time.monotonic())) if self._timers else left_s

    def _fire_timers(self) -> None:
        while self._timers and self._timers[0][0] <= time.monotonic():
            _, number = heapq.heappop(self._timers)
            if self._under_way.pop(number, None) is not None:
                self._ready.append(number)

    def _give_up(self) -> None:
        for number, kind in sorted(self._under_way.items()):
            self._ready.append(number)
            if kind == "request":
                self._results[number] = Fault("cancelled", CANCELLED).result
        self._under_way.clear()
        self._timers.clear()

    def begin_timer(self, delay_ms: int) -> int:
        with self._changed:
            number = self._begin("timer")
            heapq.heappush(self._timers, (time.monotonic() + min(delay_ms, bounds.TIMER_MS) / 1000, number))
            return number

    # http-client

    def begin(self, requests: list[Rec]) -> list[int]:
        return [self._begin_one(request, index) for index, request in enumerate(requests)]

    def _begin_one(self, request: Rec, index: int) -> int:
        with self._changed:
            n_outstanding = sum(kind == "request" for kind in self._under_way.values())
            number = self._begin("request")
        if bounds.OUTSTANDING <= index:
            refusal = f"it is beyond the {bounds.OUTSTANDING} of one call"
        elif bounds.OUTSTANDING <= n_outstanding:
            refusal = f"more than {bounds.OUTSTANDING} are outstanding"
        else:
            refusal = None
        if refusal is not None:
            self._finish(number, Fault("other", invalid(refusal)).result)
        elif self.is_cancelled:
            self._finish(number, Fault("cancelled", CANCELLED).result)
        else:
            # A daemon: what nobody waits for any more must not keep the process.
            threading.Thread(target=self._send, args=(number, request), daemon=True).start()
        return number

    def _send(self, number: int, request: Rec) -> None:
        self._finish(number, self.source.egress.send(request, self.seals, lambda: self.is_cancelled))

    def take(self, tickets: list[int]) -> list[Variant]:
        with self._changed:
            return [self._take(number) for number in tickets]

    def _take(self, number: int) -> Variant:
        result = self._results.get(number)
        if number not in self._named or not isinstance(result, Variant):
            return Fault("other", invalid(f"ticket {number} is not ready, or is no request, or was taken")).result
        del self._results[number]
        if result.tag == "ok":
            self._untaken_bytes -= len(result.payload.body)
        return result

    def throttled(self, bucket: str | None, wait_ms: int) -> None:
        self.source.egress.hold(bucket, min(wait_ms, bounds.THROTTLE_MS))

    # storage

    def _area(self, area: str) -> Any:
        return self.source.memory if area == "memory" else self.source.store

    def get(self, area: str, keys: list[str]) -> Any:
        def get() -> list[str | None]:
            check_keys(keys)
            return self._area(area).get(keys)

        return answered(get)

    def write(self, area: str, entries: list[Rec]) -> Any:
        def write() -> None:
            check_keys([entry.key for entry in entries])
            for entry in entries:
                if bounds.STORAGE_VALUE_BYTES < len((entry.value or "").encode()):
                    raise Refused(
                        invalid(f"the value of {entry.key!r} is larger than {bounds.STORAGE_VALUE_BYTES >> 10} KiB")
                    )
            self._area(area).write({entry.key: entry.value for entry in entries})

        return answered(write)

    def scan(self, area: str, prefix: str, after: str | None, limit: int) -> Any:
        def scan() -> list[Rec]:
            if not 1 <= limit <= bounds.STORAGE_ENTRIES:
                raise Refused(invalid(f"limit {limit} must be 1 to {bounds.STORAGE_ENTRIES}"))
            return [Rec(key=key, value=value) for key, value in self._area(area).scan(prefix, after, limit)]

        return answered(scan)

    # directory

    def begin_apply(self, changes: list[Variant]) -> int:
        with self._changed:
            number = self._begin("apply")
        result = CANCELLED if self.is_cancelled else answered(self.apply.changes, changes)
        self._finish(number, result)
        return number

    def take_applied(self, number: int) -> Any:
        with self._changed:
            result = self._results.get(number)
            if number not in self._named or isinstance(result, Variant):
                return (
                    CANCELLED
                    if self.is_cancelled
                    else invalid(f"ticket {number} is not ready, or is no change, or was taken")
                )
            return self._results.pop(number, CANCELLED)

    def remove_missing(self, removals: list[Rec]) -> Any:
        return CANCELLED if self.is_cancelled else answered(self.apply.remove_missing, removals)

    # history

    def record_entries(self, entries: list[Rec]) -> Rec | None:
        def record() -> None:
            if bounds.ENTRIES_PER_CALL < len(entries):
                raise Refused(
                    invalid(f"{len(entries)} entries are more than the {bounds.ENTRIES_PER_CALL} of one call")
                )
            self.recorder.record(entries)

        return answered(record)


class Memory:
    """The area `memory` of a source: on no disk, for as long as the process."""

    def __init__(self) -> None:
        self._entries: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, keys: list[str]) -> list[str | None]:
        with self._lock:
            return [self._entries.get(key) for key in keys]

    def write(self, entries: dict[str, str | None]) -> None:
        with self._lock:
            after = {**self._entries, **entries}
            after = {key: value for key, value in after.items() if value is not None}
            check_area(
                sum(len(key.encode()) + len(value.encode()) for key, value in after.items()), bounds.MEMORY_BYTES
            )
            self._entries = after

    def scan(self, prefix: str, after: str | None, limit: int) -> list[tuple[str, str]]:
        with self._lock:
            keys = sorted(key for key in self._entries if key.startswith(prefix) and (after is None or after < key))
            return [(key, self._entries[key]) for key in keys[:limit]]


def answered(call: Callable[..., Any], *arguments: Any) -> Any:
    """A result of the contract: what is returned, or why it was refused."""
    try:
        return call(*arguments)
    except Refused as refusal:
        return refusal.diagnosis


def check_keys(keys: list[str]) -> None:
    """Raises `Refused` for keys that are too many, empty or too long."""
    if bounds.STORAGE_ENTRIES < len(keys):
        raise Refused(invalid(f"{len(keys)} keys are more than the {bounds.STORAGE_ENTRIES} of one call"))
    if not all(1 <= len(key.encode()) <= bounds.STORAGE_KEY_BYTES for key in keys):
        raise Refused(invalid(f"a key must have 1 to {bounds.STORAGE_KEY_BYTES} bytes"))


def check_area(n_bytes: int, most: int) -> None:
    """Raises `Refused` for an area that would be larger than it may."""
    if most < n_bytes:
        raise Refused(diagnosis("storage-full", f"the area would have {n_bytes} bytes, more than {most}"))


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def random_bytes(length: int) -> bytes:
    return secrets.token_bytes(min(length, bounds.RANDOM_BYTES))
