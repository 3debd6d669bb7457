"""One step of a run, what a run did, and how much may be removed while nobody looks.

Pure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from documents import Violation, check_held, merge
from identity import Identity
from store import Held, Id, Write
from wasmtime.component import Variant
from wit import Rec, Refused, diagnosis, id_of

DEPARTMENT, USER = "Department", "User"

# How much may leave while nobody looks: by events in an hour and a type, as a share of what is held and in amount; and of
# departments in one full reading.
ALWAYS, PERCENT, MOST, MOST_DEPARTMENTS, WINDOW_MS = 5, 5, 50, 10, 3_600_000


@dataclass
class Step:
    """What is to be done about one change: `write`, `nothing`, `refuse`, `hold` (a removal, told), `hold-unseen`, `replace`,
    `hold-replacement` or `wait`."""

    id: Id
    kind: str
    is_removal: bool = False
    write: Write | None = None
    # Of a replacement: who leaves, and whether they had left before and only make room.
    leave: Write | None = None
    had_left: bool = False
    why: Rec | None = None


@dataclass
class Ledger:
    """What a run did, counted by object: however often one is put, it counts once."""

    classes: dict[Id, str] = field(default_factory=dict)
    removed: Counter[str] = field(default_factory=Counter)
    n_kept: int = 0
    n_held: int = 0
    n_replaced: int = 0
    # Put by nobody but this host, which the connector counts as unchanged.
    n_counted_by_connector: int = 0
    is_scope_held: bool = False

    def put(self, id: Id, now: str) -> None:
        before = self.classes.get(id)
        if before is not None and now != "rejected":
            now = next((one for one in ("created", "updated") if one in (before, now)), now)
            is_waiting = now == "waiting" or (before == "waiting" and now == "unchanged")
            now = "waiting" if is_waiting else now
        self.classes[id] = now

    def counters(self) -> dict[str, int]:
        """All but what the connector says."""
        n = Counter(self.classes.values())
        counters = {name: n[name] for name in ("created", "updated", "unchanged", "rejected")}
        removed = {name: self.removed[name] for name in ("deactivated", "deleted")}
        # What waits is left out on purpose, which only the host knows.
        return {
            "read": len(self.classes),
            **counters,
            "skipped": n["waiting"],
            **removed,
            "kept": self.n_kept,
            "held": self.n_held,
        }


def replacement(id: Id, held: Held, version: str, incoming: dict[str, Any], found: Identity) -> Step:
    """Who was there leaves, and whoever came is made anew, with nothing of the other."""
    after = merge(None, incoming)
    checked(check_held, after)
    evidence = f"the source gave this id to somebody else: {found.before} → {found.after}"
    leave = Write(id, "deleted", "", held.document, None, evidence)
    join = Write(id, "created", version, None, after, evidence)
    return Step(id, "replace", write=join, leave=leave, had_left=held.departed)


def in_groups(changes: list[Variant]) -> list[list[Variant]]:
    """The changes in their order, cut before each object that occurred already: its second change must see the first."""
    groups: list[list[Variant]] = [[]]
    seen: set[Id] = set()
    for change in changes:
        id = id_of(change.payload.key)
        if id in seen:
            seen.clear()
            groups.append([])
        seen.add(id)
        groups[-1].append(change)
    return groups


def uncovered(coverage: list[Rec], leaving: Counter[str]) -> Rec | None:
    """Why what was not seen may still be there; none where all was covered."""
    n_open = sum(not one.closed for covered in coverage for one in covered.containers)
    n_missing = 0
    for covered in coverage:
        of_lists = sum(short(one.expected, one.listed) for one in covered.containers)
        # Who left while it was read is missing from a number that was asked for before.
        n_missing += max(0, max(short(covered.expected, covered.read), of_lists) - leaving[covered.resource_type])
    if not n_open and not n_missing:
        return None
    message = "the reading did not cover what the source says there is, so what was not seen may still be there; all of it stays"
    return diagnosis("coverage-held", message, open_lists=n_open, missing=n_missing)


def short(expected: int | None, read: int) -> int:
    return max(0, (read if expected is None else expected) - read)


def allowance(n_known: int) -> int:
    """How many of so many may leave while nobody looks."""
    return min(max(n_known * PERCENT // 100, ALWAYS), MOST)


def checked(check: Any, *arguments: Any) -> Any:
    """Refuse an object whose document breaks a rule."""
    try:
        return check(*arguments)
    except Violation as violation:
        raise Refused(invalid_object(str(violation))) from violation


def invalid_object(what: str) -> Rec:
    return diagnosis("object-invalid", f"the connector's object is invalid: {what}")


def named(id: Id) -> str:
    return f"{id[0]} {id[1]!r}"
