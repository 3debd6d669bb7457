"""What is kept in SQLite: the directory, a connector's durable area, runs with their log, events.

A platform has its own tables in place of these.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bounds
from call import check_area
from documents import canonical
from wit import Rec, Refused, diagnosis, plain, shown

Id = tuple[str, str]

# Byte order of UTF-8 is SQLite's own order of texts.
TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    resource_type TEXT, external_id TEXT, version TEXT NOT NULL, document TEXT NOT NULL, departed INTEGER NOT NULL,
    PRIMARY KEY (resource_type, external_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS storage (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER,
    counters TEXT, failure TEXT
);
CREATE TABLE IF NOT EXISTS entries (run INTEGER NOT NULL, severity TEXT NOT NULL, subject TEXT, entry TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS changes (
    run INTEGER NOT NULL, resource_type TEXT NOT NULL, external_id TEXT NOT NULL, action TEXT NOT NULL,
    before TEXT, after TEXT, evidence TEXT, held TEXT
);
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, event TEXT NOT NULL, state TEXT NOT NULL,
    n_attempts INTEGER NOT NULL, due_ms INTEGER NOT NULL, failure TEXT
);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Held:
    """An object as the platform holds it. A person who left is held still, deactivated."""

    version: str
    document: dict[str, Any]
    departed: bool


@dataclass
class Write:
    """What is to be written of one object: `created`, `updated`, `restored`, `unchanged`, `deactivated` or `deleted`."""

    id: Id
    action: str
    version: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    evidence: str | None = None

    @property
    def is_removal(self) -> bool:
        return self.action in ("deactivated", "deleted")


class Store:
    """One database, used by all threads of this process one after another."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=30)
        self._connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {TABLES}")

    @contextlib.contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all or none."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise Refused(store_failed(error)) from error

    def _read(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise Refused(store_failed(error)) from error

    # The directory.

    def inventory(self, resource_type: str, after: str | None, limit: int) -> list[tuple[str, str]]:
        """Ids and versions of who is there, in byte order of the ids."""
        return self._read(
            "SELECT external_id, version FROM objects WHERE resource_type = ? AND NOT departed AND external_id > ? "
            "ORDER BY external_id LIMIT ?",
            *(resource_type, after or "", limit),
        )

    def n_held(self, resource_type: str) -> int:
        """How many are there."""
        return self._read("SELECT count(*) FROM objects WHERE resource_type = ? AND NOT departed", resource_type)[0][0]

    def load(self, id: Id) -> Held | None:
        """One object, departed ones included."""
        rows = self._read(
            "SELECT version, document, departed FROM objects WHERE resource_type = ? AND external_id = ?", *id
        )
        return Held(rows[0][0], json.loads(rows[0][1]), bool(rows[0][2])) if rows else None

    def apply(self, run: int, writes: list[Write]) -> None:
        """Write all or none, with a record of each change."""
        with self._written() as connection:
            for write in writes:
                if write.after is None:
                    connection.execute("DELETE FROM objects WHERE resource_type = ? AND external_id = ?", write.id)
                else:
                    departed = write.action == "deactivated"
                    row = (*write.id, write.version, canonical(write.after), departed)
                    connection.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)", row)
                if write.action != "unchanged":
                    self._record(connection, run, write, None)

    def record_held(self, run: int, write: Write, why: str) -> None:
        """Keep what waits for a person: what, whose, why."""
        with self._written() as connection:
            self._record(connection, run, write, why)

    def _record(self, connection: sqlite3.Connection, run: int, write: Write, held: str | None) -> None:
        documents = [document and canonical(document) for document in (write.before, write.after)]
        row = (run, *write.id, write.action, *documents, write.evidence, held)
        connection.execute("INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def n_departed_by_events(self, resource_type: str, since_ms: int) -> int:
        """How many left by events since then."""
        return self._read(
            "SELECT count(*) FROM changes JOIN runs ON runs.id = run WHERE kind = 'events' AND held IS NULL "
            "AND action IN ('deactivated', 'deleted') AND resource_type = ? AND ? <= coalesce(ended_ms, started_ms)",
            *(resource_type, since_ms),
        )[0][0]

    def export(self) -> Iterator[str]:
        """The documents of who is there, departments with parents first, then people by id."""
        rows = self._read(
            "SELECT resource_type, external_id, document FROM objects WHERE NOT departed ORDER BY external_id"
        )
        departments = {id: json.loads(document) for type, id, document in rows if type == "Department"}
        yield from (canonical(departments[id]) for id in sorted(departments, key=lambda id: _depth(departments, id)))
        yield from (canonical(json.loads(document)) for type, _, document in rows if type == "User")

    # A connector's durable area.

    def get(self, keys: list[str]) -> list[str | None]:
        found = dict(row for key in keys for row in self._read("SELECT key, value FROM storage WHERE key = ?", key))
        return [found.get(key) for key in keys]

    def write(self, entries: dict[str, str | None]) -> None:
        with self._written() as connection:
            for key, value in entries.items():
                if value is None:
                    connection.execute("DELETE FROM storage WHERE key = ?", (key,))
                else:
                    connection.execute("INSERT OR REPLACE INTO storage VALUES (?, ?)", (key, value))
            size = "SELECT coalesce(sum(length(CAST(key AS BLOB)) + length(CAST(value AS BLOB))), 0) FROM storage"
            check_area(connection.execute(size).fetchone()[0], bounds.DURABLE_BYTES)

    def scan(self, prefix: str, after: str | None, limit: int) -> list[tuple[str, str]]:
        query = "SELECT key, value FROM storage WHERE substr(key, 1, ?) = ? AND key > ? ORDER BY key LIMIT ?"
        return self._read(query, len(prefix), prefix, after or "", limit)

    # Runs.

    def open_run(self, kind: str) -> int:
        """Open the row of a run. One that was open is of a process that died: only one runs at a time."""
        with self._written() as connection:
            connection.execute("UPDATE runs SET state = 'interrupted' WHERE state = 'running'")
            row = (kind, "running", now_ms())
            return connection.execute("INSERT INTO runs (kind, state, started_ms) VALUES (?, ?, ?)", row).lastrowid or 0

    def close_run(self, run: int, state: str, counters: dict[str, int], failure: Any) -> None:
        with self._written() as connection:
            row = (state, now_ms(), json.dumps(counters), json.dumps(failure, ensure_ascii=False), run)
            connection.execute("UPDATE runs SET state = ?, ended_ms = ?, counters = ?, failure = ? WHERE id = ?", row)

    def record_entries(self, run: int, entries: list[Rec]) -> None:
        with self._written() as connection:
            for entry in entries:
                subject = entry.subject and json.dumps(plain(entry.subject), ensure_ascii=False)
                told = json.dumps({"name": entry.subject_name, **shown(entry.diagnosis)}, ensure_ascii=False)
                connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", (run, entry.severity, subject, told))

    # Events.

    def keep_events(self, events: list[Rec]) -> None:
        """Durable when it returns. Repeats are known by their id."""
        with self._written() as connection:
            for event in events:
                row = (event.id, json.dumps(plain(event), ensure_ascii=False), "waiting", 0, now_ms())
                columns = "(id, event, state, n_attempts, due_ms)"
                connection.execute(f"INSERT OR IGNORE INTO events {columns} VALUES (?, ?, ?, ?, ?)", row)

    def due_events(self, limit: int) -> list[tuple[int, dict[str, Any], int, Any]]:
        """What waits and is due, the oldest first: its number, the event, how often it was tried, how it failed."""
        query = (
            "SELECT number, event, n_attempts, failure FROM events WHERE state = 'waiting' AND due_ms <= ? "
            "ORDER BY number LIMIT ?"
        )
        rows = self._read(query, now_ms(), limit)
        return [(number, json.loads(event), n, failure and json.loads(failure)) for number, event, n, failure in rows]

    def settle_event(self, number: int, state: str, n_attempts: int, due_ms: int, failure: Any) -> None:
        with self._written() as connection:
            row = (state, n_attempts, due_ms, failure and json.dumps(failure, ensure_ascii=False), number)
            connection.execute(
                "UPDATE events SET state = ?, n_attempts = ?, due_ms = ?, failure = ? WHERE number = ?", row
            )

    # Small things that outlive a process: the scope of the last reading, the place in the source's list of changes.

    def note(self, name: str) -> Any:
        rows = self._read("SELECT value FROM notes WHERE name = ?", name)
        return json.loads(rows[0][0]) if rows else None

    def keep_note(self, name: str, value: Any) -> None:
        with self._written() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, json.dumps(value, ensure_ascii=False))
            )


def _depth(departments: dict[str, Any], id: str) -> int:
    """How many departments are above one. A tree that bites its own tail ends after as many steps as it has."""
    depth = 0
    parent = departments[id].get("parent")
    while isinstance(parent, dict) and parent.get("value") in departments and depth < len(departments):
        depth += 1
        parent = departments[parent["value"]].get("parent")
    return depth


def store_failed(error: sqlite3.Error) -> Rec:
    """Why the store failed."""
    remedy = "Check the database: its disk, its permissions; then run again."
    return diagnosis("store-failed", f"the store failed: {error}", remedy)


def now_ms() -> int:
    return time.time_ns() // 1_000_000
