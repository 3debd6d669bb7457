"""Runs: a row opened before the first request leaves and closed however it ends, its log, and how its end is judged."""

from __future__ import annotations

import fcntl
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bounds
from directory import Apply
from documents import accounted
from engine import Ended
from source import Source, broken
from wit import Rec, Refused, diagnosis, entry, plain, shown


class Recorder:
    """The log of one run. Beyond a number of entries they are only counted, but for those that must be told."""

    def __init__(self, source: Source, run: int) -> None:
        self._source, self._run = source, run
        self.entries: list[Rec] = []
        self.n_dropped = 0

    def record(self, entries: list[Rec], always: bool = False) -> None:
        """Store entries. Raises `Refused` when that fails."""
        room = len(entries) if always else max(0, bounds.ENTRIES_PER_RUN - len(self.entries))
        kept = [self._source.redacted(one) for one in entries[:room]]
        self.n_dropped += len(entries) - len(kept)
        self._source.store.record_entries(self._run, kept)
        self.entries += kept

    def has_error(self, code: str, message: str) -> bool:
        return any(
            one.severity == "error" and one.diagnosis.code == code and one.diagnosis.message == message
            for one in self.entries
        )


class Runs:
    """Everything that may write, one at a time for a source, in this process and beside others."""

    def __init__(self, source: Source, lock_file: Path) -> None:
        self._source = source
        self._turn = threading.Lock()
        self._lock_file = lock_file.open("w")

    def sync(self, is_attended: bool = True) -> dict[str, Any]:
        """Bring everything in line."""
        return self._run("full", "sync", is_attended, lambda *_: (None,))[0]

    def refresh(self, keys: list[Rec]) -> dict[str, Any]:
        """Bring these in line."""
        return self._run("refresh", "refresh", True, lambda *_: (keys,))[0]

    def handle(self, events: list[Rec]) -> tuple[dict[str, Any], list[Rec]]:
        """Act on these events; those that are worth another try."""
        return self._run("events", "handle", False, lambda *_: (events,))

    def _run(
        self, kind: str, function: str, is_attended: bool, arguments: Callable[..., tuple[Any, ...]]
    ) -> tuple[dict[str, Any], list[Rec]]:
        with self._turn:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
            try:
                return self._opened(kind, function, is_attended, arguments())
            finally:
                fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    def _opened(
        self, kind: str, function: str, is_attended: bool, arguments: tuple[Any, ...]
    ) -> tuple[dict[str, Any], list[Rec]]:
        source = self._source
        run = source.store.open_run(kind)
        recorder = Recorder(source, run)
        apply = Apply(source.store, recorder, run, source.descriptor, kind == "full", is_attended)
        failed, summary, unfinished = None, None, []
        try:
            source.prepared()
            answer = source.call(function, *arguments, apply=apply, recorder=recorder)
            if answer.tag == "err":
                failed = answer.payload
            elif function == "handle":
                summary, unfinished = answer.payload.summary, answer.payload.unfinished
            else:
                summary = answer.payload
        except Ended as error:
            failed = error.failure
        try:
            apply.finish(summary is not None and summary.complete and not source.is_cancelled)
        except Refused as refusal:
            apply.store_failure = apply.store_failure or refusal.diagnosis
        ended = conclude(apply, recorder, summary, failed, source.is_cancelled)
        told = ended["failure"]
        source.store.close_run(run, ended["state"], ended["counters"], told)
        entries = [
            {"severity": one.severity, "code": one.diagnosis.code, "subject": one.subject and plain(one.subject)}
            for one in recorder.entries
        ]
        report = {"kind": kind, **ended, "entries": entries, "n_entries_dropped": recorder.n_dropped}
        return report, unfinished


def conclude(
    apply: Apply, recorder: Recorder, summary: Rec | None, failed: Rec | None, is_cancelled: bool
) -> dict[str, Any]:
    """How a run ended, by what the connector says and what the platform counted."""
    ledger, counters = apply.ledger, apply.ledger.counters()
    if summary is None:
        failed = failed or broken("it answered nothing")
        # A cancelled run has no fault but its connector's, if that would not stop.
        is_own = not is_cancelled or failed.diagnosis.code.startswith("connector-")
        told = {"kind": failed.kind, "diagnosis": shown(failed.diagnosis)} if is_own else None
        return {"state": "cancelled" if is_cancelled else "failed", "counters": counters, "failure": told}
    counters["read"] = summary.read
    counters["unchanged"] += max(0, summary.unchanged - ledger.n_counted_by_connector)
    counters["skipped"] += summary.skipped
    problems = []
    if accounted(counters) != counters["read"]:
        message = f"the connector says it read {counters['read']}, and {accounted(counters)} are accounted for"
        problems.append(diagnosis("counters-inconsistent", message, counters=json.dumps(counters)))
    n_removed = counters["deactivated"] + counters["deleted"] - ledger.n_replaced
    if apply.is_full and not summary.complete and n_removed:
        message = f"the connector removed {n_removed} objects and then said that it had not read everything"
        problems.append(diagnosis("retired-incomplete", message))
    if apply.store_failure is not None:
        problems.append(apply.store_failure)
    incomplete = [summary.incomplete_reason] if not summary.complete and summary.incomplete_reason else []
    for why in [*incomplete, *problems]:
        if not recorder.has_error(why.code, why.message):
            recorder.record([entry("error", why)], always=True)
    is_whole = summary.complete and not counters["rejected"] and not counters["kept"] and not problems
    state = "held" if ledger.n_held or ledger.is_scope_held else "succeeded" if is_whole else "partial"
    return {"state": "cancelled" if is_cancelled else state, "counters": counters, "failure": None}
