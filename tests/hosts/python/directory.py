"""The platform's side of one run: inventory, changes, removals, clearings, scope, and who stands behind a key.

What waits for a person is recorded and stays as it is; approving it is not here (see the README).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import bounds
from documents import canonical, check_held, departments_of, merge, read
from identity import Identity, Notation, verdict
from steps import (
    DEPARTMENT,
    MOST,
    MOST_DEPARTMENTS,
    USER,
    WINDOW_MS,
    Ledger,
    Step,
    allowance,
    checked,
    in_groups,
    invalid_object,
    named,
    replacement,
    uncovered,
)
from store import Held, Id, Store, Write, now_ms
from wasmtime.component import Variant
from wit import Rec, Refused, at_most, diagnosis, entry, id_of, invalid

# Changed identities that are told one by one.
TOLD_IDENTITIES = 20

# What is recorded one by one of what waits.
HELD_RECORDS = 1000


class Apply:
    """The writing side of one run."""

    def __init__(
        self, store: Store, recorder: Any, run: int, descriptor: Rec, is_full: bool, is_attended: bool
    ) -> None:
        self.store, self.recorder, self.run = store, recorder, run
        self.is_full, self.is_attended = is_full, is_attended
        self.types = [one.name for one in descriptor.resource_types]
        identities = ((one.name, one.identity_attribute) for one in descriptor.resource_types)
        self.identities = {name: Notation.parse(text) for name, text in identities if text is not None}
        self.ledger = Ledger()
        self.store_failure: Rec | None = None
        self.scope: Rec | None = None
        self.coverage: list[Rec] | None = None
        self.has_removed = False
        self.n_departed: Counter[str] = Counter()
        # Of changes under way, and those that are told at the end.
        self.noted: dict[Id, Identity] = {}
        self.told: list[tuple[Id, Identity, str | None]] = []
        # Replacements that wait for the end of the reading: what is put of whoever came.
        self.waiting: dict[Id, tuple[str, dict[str, Any]]] = {}
        self.held_identities: Counter[str] = Counter()
        self.clearings: dict[tuple[str, str], tuple[Counter[str], Rec]] = {}
        self.narrowed: set[Id] | None = None
        self.was_whole = False
        self.held_for_scope: Counter[str] = Counter()

    # What is held.

    def list_inventory(self, resource_type: str, after: str | None, limit: int) -> list[Rec]:
        if not 1 <= limit <= bounds.INVENTORY_PAGE:
            raise Refused(invalid(f"limit {limit} must be 1 to {bounds.INVENTORY_PAGE}"))
        self.check_type(resource_type)
        page = self.store.inventory(resource_type, after, limit)
        return [Rec(external_id=id, version=version, already_read=False) for id, version in page]

    def find_inventory(self, keys: list[Rec]) -> list[Rec | None]:
        at_most(len(keys), bounds.FIND_KEYS, "keys")
        held = [self.present(id_of(one)) for one in keys]
        return [
            one and Rec(external_id=of.external_id, version=one.version, already_read=False)
            for of, one in zip(keys, held, strict=True)
        ]

    def present(self, id: Id) -> Held | None:
        held = self.store.load(id)
        return None if held is None or held.departed else held

    # Changes.

    def changes(self, changes: list[Variant]) -> list[Rec]:
        at_most(len(changes), bounds.CHANGES, "changes")
        outcomes = []
        for group in in_groups(changes):
            outcomes += self.group(group)
        return outcomes

    def group(self, changes: list[Variant]) -> list[Rec]:
        """Changes of different objects: what comes in its order, then what leaves."""
        steps = [self.step(change) for change in changes]
        if not self.is_full:
            for step in steps:
                self.hold_excess(step)
        arriving = [step for step in steps if not step.is_removal]
        self.carry_out(arriving + self.leaving_in_order(step for step in steps if step.is_removal))
        return [self.outcome(step) for step in steps]

    def step(self, change: Variant) -> Step:
        id = id_of(change.payload.key)
        try:
            if change.tag == "put":
                return self.put(id, change.payload)
            if self.is_full:
                why = f"{named(id)} stays: a full run removes nothing before everything was read"
                raise Refused(diagnosis("removal-while-reading", why))
            return self.removal(id, change.payload.evidence)
        except Refused as refusal:
            return Step(id, "refuse", change.tag == "remove", why=refusal.diagnosis)

    def put(self, id: Id, put: Rec) -> Step:
        self.check_object(id)
        if not 1 <= len(put.version) <= bounds.VERSION_BYTES or not put.version.isascii():
            raise Refused(invalid_object("its version must have 1 to 128 characters of ASCII"))
        if bounds.OBJECTS <= len(self.ledger.classes) and id not in self.ledger.classes:
            raise Refused(diagnosis("too-many-objects", f"a run may put at most {bounds.OBJECTS} objects"))
        incoming = checked(read, put.document, id[1])
        if self.ledger.classes.get(id) == "waiting":
            # It is about whoever came, and nothing of it is for whoever was there.
            if id in self.waiting:
                self.waiting[id] = put.version, merge(self.waiting[id][1], incoming)
            return Step(id, "wait")
        return self.planned(id, put.version, incoming)

    def planned(self, id: Id, version: str, incoming: dict[str, Any]) -> Step:
        """What to write for an object that is there, by who stands behind its key."""
        held = self.store.load(id)
        attribute = self.identities.get(id[0])
        found = verdict(held.document, incoming, attribute) if held and attribute else Identity("unknown")
        if found.kind in ("same-person", "somebody-else"):
            self.noted[id] = found
        if held is not None and found.kind == "somebody-else":
            return self.hold_replacement(replacement(id, held, version, incoming, found))
        # Nothing of an object that left is merged: what the source left out meanwhile must not come back with it.
        base = held.document if held and not held.departed else None
        after = merge(base, incoming)
        checked(check_held, after)
        if held is not None and not held.departed and held.document == after and held.version == version:
            return Step(id, "nothing")
        action = "created" if held is None else "restored" if held.departed else "updated"
        if held is not None and not held.departed and held.document == after:
            action = "unchanged"
        write = Write(id, action, version, held and held.document, after)
        step = Step(id, "write", write=write)
        if action == "updated" and self.is_narrowed:
            lost = departments_of(write.before or {}) - departments_of(after)
            if any(self.place(department) == "outside" for department in lost):
                self.hold_for_scope(step)
        return step

    def removal(self, id: Id, evidence: str) -> Step:
        self.check_object(id)
        if not evidence:
            why = f"{named(id)} stays: nobody asked the source about this very object"
            raise Refused(diagnosis("removal-without-evidence", why))
        if bounds.EVIDENCE_BYTES < len(evidence.encode()):
            raise Refused(invalid_object(f"its evidence has more than {bounds.EVIDENCE_BYTES} bytes"))
        held = self.present(id)
        if held is None:
            return Step(id, "nothing", is_removal=True)
        write = Write(id, "deleted", "", held.document, None, evidence)
        if id[0] == USER:
            write = Write(id, "deactivated", held.version, held.document, {**held.document, "active": False}, evidence)
        step = Step(id, "write", is_removal=True, write=write)
        # A part of the scope that is gone is no longer named for that reason: its own evidence decides.
        if self.is_narrowed and id not in (self.narrowed or set()) and not self.shows(id, held.document):
            self.hold_for_scope(step)
        return step

    def check_type(self, resource_type: str) -> None:
        if resource_type not in self.types:
            raise Refused(invalid(f"resource type {resource_type!r} is none of {self.types}"))

    def check_object(self, id: Id) -> None:
        if id[0] not in self.types:
            raise Refused(invalid_object(f"its resource type {id[0][:64]!r} is none of {self.types}"))
        if not 1 <= len(id[1].encode()) <= bounds.EXTERNAL_ID_BYTES:
            raise Refused(invalid_object(f"its external id must have 1 to {bounds.EXTERNAL_ID_BYTES} bytes"))

    def check_keys(self, keys: Iterable[Rec]) -> None:
        for one in keys:
            if (
                one.resource_type not in self.types
                or not 1 <= len(one.external_id.encode()) <= bounds.EXTERNAL_ID_BYTES
            ):
                raise Refused(invalid("a key is not one of this source's objects"))

    def carry_out(self, steps: list[Step]) -> None:
        """Store what is to be stored in this order, all of it or none, and count everything."""
        writes = [
            write for step in steps if step.kind in ("write", "replace") for write in (step.leave, step.write) if write
        ]
        try:
            if writes:
                self.store.apply(self.run, writes)
        except Refused as refusal:
            self.store_failure = refusal.diagnosis
            raise
        for step in steps:
            self.count(step)

    def count(self, step: Step) -> None:
        ledger = self.ledger
        match step.kind:
            case "write" | "replace" if step.write is not None:
                if step.leave is not None and not step.had_left:
                    ledger.n_replaced += 1
                    ledger.removed[step.leave.action] += 1
                if step.is_removal:
                    ledger.removed[step.write.action] += 1
                else:
                    ledger.put(step.id, {"restored": "updated"}.get(step.write.action, step.write.action))
                if step.id in self.noted:
                    name = (step.write.after or {}).get("displayName")
                    self.told.append((step.id, self.noted.pop(step.id), name))
            case "nothing":
                self.noted.pop(step.id, None)
                if not step.is_removal:
                    ledger.put(step.id, "unchanged")
            case "refuse":
                self.noted.pop(step.id, None)
                if step.is_removal:
                    ledger.n_kept += 1
                else:
                    ledger.put(step.id, "rejected")
                self.recorder.record([entry("error", step.why, step.id)])
            case "hold":
                ledger.n_held += 1
                ledger.n_kept += 1
                self.record_held(step)
                self.recorder.record([entry("error", step.why, step.id)])
            case "hold-unseen":
                ledger.n_held += 1
                ledger.n_kept += step.is_removal
                if not step.is_removal:
                    ledger.put(step.id, "waiting")
                self.record_held(step)
            case "hold-replacement":
                ledger.n_held += 1
                ledger.n_kept += 1
                ledger.put(step.id, "waiting")
                self.record_held(step)
            case "wait":
                ledger.put(step.id, "waiting")

    def record_held(self, step: Step) -> None:
        if step.write is not None and step.why is not None and self.ledger.n_held <= HELD_RECORDS:
            self.store.record_held(self.run, step.write, step.why.code)

    def outcome(self, step: Step) -> Rec:
        status = {"write": "applied", "replace": "applied", "nothing": "applied", "refuse": "rejected"}.get(
            step.kind, "held"
        )
        return Rec(status=status, reason=step.why)

    def leaving_in_order(self, steps: Iterable[Step]) -> list[Step]:
        """People before departments, children before parents."""
        steps = list(steps)
        parents = {step.id: (step.write.before or {}).get("parent") for step in steps if step.write}

        def depth(id: Id) -> int:
            n_above, parent = 0, parents.get(id)
            while isinstance(parent, dict) and (id[0], parent.get("value")) in parents and n_above < len(parents):
                n_above, parent = n_above + 1, parents[id[0], parent["value"]]
            return n_above

        def rank(step: Step) -> tuple[int, int]:
            place = self.types.index(step.id[0]) if step.id[0] in self.types else -1
            return -place, -depth(step.id)

        return sorted(steps, key=rank)

    # How much may leave while nobody looks.

    def hold_excess(self, step: Step) -> None:
        if step.is_removal and step.kind == "write" and self.is_exceeded(step.id[0]):
            why = f"{named(step.id)} is gone from the source and stays: too many of its kind left by events within an hour"
            step.kind, step.why = "hold", diagnosis("departure-held", why)

    def is_exceeded(self, resource_type: str) -> bool:
        """Count one more that leaves by an event; whether it is one too many."""
        if self.is_attended:
            return False
        if resource_type not in self.n_departed:
            lately = self.store.n_departed_by_events(resource_type, now_ms() - WINDOW_MS)
            self.n_departed[resource_type] = lately
        n_departed = self.n_departed[resource_type]
        if allowance(self.store.n_held(resource_type) + n_departed) <= n_departed:
            return True
        self.n_departed[resource_type] += 1
        return False

    def is_suspicious(self, resource_type: str, n_leaving: int) -> bool:
        n_known = self.store.n_held(resource_type)
        usual = MOST_DEPARTMENTS if resource_type == DEPARTMENT else allowance(n_known)
        return (1 < n_leaving and n_known <= n_leaving) or usual < n_leaving

    # A full reading.

    def open_reading(self, scope: Rec) -> None:
        if self.is_full and self.scope is not None:
            raise Refused(invalid("a reading is opened once"))
        if self.is_full and self.ledger.classes:
            raise Refused(invalid("a reading is opened before the first put"))
        at_most(len(scope.parts), bounds.SCOPE_PARTS, "parts of a scope")
        self.check_keys(scope.parts)
        self.compare_scope(scope)

    def close_reading(self, coverage: list[Rec]) -> None:
        if self.scope is None:
            raise Refused(invalid("a reading is closed after it was opened"))
        if self.coverage is not None:
            raise Refused(invalid("a reading is closed once"))
        types = [covered.resource_type for covered in coverage]
        if len(set(types)) < len(types) or not set(types) <= set(self.types):
            raise Refused(invalid(f"what was covered must be different ones of {self.types}"))
        lists = [container for covered in coverage for container in covered.containers]
        at_most(len(lists), bounds.CONTAINERS, "lists")
        self.check_keys(container.key for container in lists)
        self.coverage = coverage

    def remove_missing(self, removals: list[Rec]) -> list[Rec]:
        if self.coverage is None:
            raise Refused(invalid("nothing is removed before the reading is closed"))
        if self.has_removed:
            raise Refused(invalid("a run removes once, so that the whole can be weighed"))
        at_most(len(removals), bounds.REMOVALS, "removals")
        self.has_removed = True
        self.tell_coverage()
        seen: set[Id] = set()
        steps = [self.missing(removal, seen) for removal in removals]
        held = self.weigh(steps)
        if held is not None:
            for step in steps:
                if step.kind == "write":
                    step.kind, step.why = "hold-unseen", held
            self.recorder.record([entry("error", held)], always=True)
        self.carry_out(self.leaving_in_order(steps))
        return [self.outcome(step) for step in steps]

    def missing(self, removal: Rec, seen: set[Id]) -> Step:
        id = id_of(removal.key)
        if id in seen:
            return Step(id, "nothing", is_removal=True)
        seen.add(id)
        try:
            if id in self.ledger.classes:
                raise Refused(diagnosis("removed-and-read", f"{named(id)} stays: this very run read it"))
            return self.removal(id, removal.evidence)
        except Refused as refusal:
            return Step(id, "refuse", is_removal=True, why=refusal.diagnosis)

    def weigh(self, steps: list[Step]) -> Rec | None:
        """Why nothing of this may be removed: it was not covered, or nobody looks and it is too much."""
        leaving = Counter(step.id[0] for step in steps if step.kind == "write")
        why = uncovered(self.coverage or [], leaving) if leaving else None
        if why is not None or self.is_attended:
            return why
        if not any(self.is_suspicious(resource_type, n) for resource_type, n in leaving.items()):
            return None
        amounts = {resource_type: f"{n}/{self.store.n_held(resource_type)}" for resource_type, n in leaving.items()}
        message = "too many are gone from the source to remove them unseen; all of them stay"
        return diagnosis("departures-held", message, **amounts)

    def tell_coverage(self) -> None:
        """Record what was covered, where something is to be removed, or where not everything was read."""
        if self.coverage is not None:
            read = {covered.resource_type: covered.read for covered in self.coverage}
            message = "read " + ", ".join(f"{n} of {name}" for name, n in read.items())
            self.recorder.record([entry("info", diagnosis("reading-covered", message, **read))], always=True)

    def save_checkpoint(self, state: str, unchanged: list[Rec]) -> None:
        """Taken and forgotten: this host resumes nothing."""
        at_most(len(state.encode()), bounds.CHECKPOINT_BYTES, "bytes of a checkpoint")
        at_most(len(unchanged), bounds.CHECKPOINT_KEYS, "keys of a checkpoint")
        self.check_keys(unchanged)

    # Clearings.

    def propose_clearings(self, clearings: list[Rec]) -> None:
        at_most(sum(len(one.keys) for one in clearings), bounds.CLEARING_KEYS, "keys")
        documents = [self.check_clearing(one) for one in clearings]
        for one, document in zip(clearings, documents, strict=True):
            self.propose(one, document)

    def check_clearing(self, clearing: Rec) -> dict[str, Any]:
        if not 1 <= len(clearing.attribute.encode()) <= bounds.ATTRIBUTE_BYTES:
            raise Refused(invalid(f"the attribute of a clearing must have 1 to {bounds.ATTRIBUTE_BYTES} bytes"))
        try:
            is_small = len(clearing.document.encode()) <= bounds.CLEARING_DOCUMENT_BYTES
            document = json.loads(clearing.document) if is_small else None
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict) or "externalId" in document:
            raise Refused(invalid("the document of a clearing must be a small json object without `externalId`"))
        self.check_keys(clearing.keys)
        return document

    def propose(self, clearing: Rec, document: dict[str, Any]) -> None:
        told = clearing.attribute, canonical(document)
        if bounds.CLEARING_ATTRIBUTES <= len(self.clearings) and told not in self.clearings:
            raise Refused(invalid(f"clearings of more than {bounds.CLEARING_ATTRIBUTES} attributes wait in one run"))
        for id in sorted({id_of(one) for one in clearing.keys}):
            held = self.present(id)
            after = held and merge(held.document, document)
            if held is None or after is None or after == held.document:
                continue
            checked(check_held, after)
            counts, _ = self.clearings.setdefault(told, (Counter(), clearing.reason))
            counts[id[0]] += 1
            if self.is_full:
                self.ledger.n_held += 1
                write = Write(id, "updated", "", held.document, after)
                self.record_held(Step(id, "hold", write=write, why=diagnosis("clearing-held", clearing.attribute)))

    def tell_clearings(self) -> None:
        for (attribute, document), (counts, reason) in sorted(self.clearings.items(), key=lambda item: item[0]):
            who = ", ".join(f"{n} of {name}" for name, n in sorted(counts.items()))
            facts = {"attribute": attribute, "clears": document, "reason": reason.code}
            if self.is_full:
                why = diagnosis("clearing-held", f"{who} may have lost `{attribute}`: {reason.message}", **facts)
                self.recorder.record([entry("warning", why)], always=True)
            else:
                message = f"{who} may have lost `{attribute}`: {reason.message}; the next full import decides"
                self.recorder.record([entry("info", diagnosis("clearing-undecided", message, **facts))], always=True)

    # Who stands behind a key.

    def hold_replacement(self, step: Step) -> Step:
        """Let it wait: in a full run for the end of the reading, in another for a person where it is one too many."""
        if step.write is None or step.had_left:
            return step
        if self.is_full:
            self.waiting[step.id] = step.write.version, step.write.after or {}
            step.kind = "wait"
        elif self.is_exceeded(step.id[0]):
            self.hold_for_answer(step)
        return step

    def hold_for_answer(self, step: Step) -> None:
        self.held_identities[step.id[0]] += 1
        self.noted.pop(step.id, None)
        why = f"{named(step.id)} stays as it is until a person says who it is"
        step.kind, step.why = "hold-replacement", diagnosis("identity-held", why)

    def conclude_identities(self, is_whole: bool) -> None:
        """Decide about what waited for the end, and tell what became of everybody."""
        if is_whole:
            for resource_type in sorted({id[0] for id in self.waiting}):
                self.replace_waiting(resource_type)
        self.tell_identities()
        if self.waiting:
            message = f"{len(self.waiting)} ids may belong to somebody else now; nothing of them was changed"
            self.recorder.record([entry("warning", diagnosis("identities-undecided", message))], always=True)
        if self.held_identities:
            message = "too many ids belong to somebody else at the source now; nothing of them was changed"
            self.recorder.record(
                [entry("error", diagnosis("identities-held", message, **self.held_identities))], always=True
            )

    def replace_waiting(self, resource_type: str) -> None:
        ids = sorted(id for id in self.waiting if id[0] == resource_type)
        is_held = MOST < len(ids) or self.is_suspicious(resource_type, len(ids))
        steps = []
        for id in ids:
            version, incoming = self.waiting.pop(id)
            held = self.store.load(id)
            found = self.noted.get(id, Identity("somebody-else"))
            if held is None:
                # Somebody removed them on the platform meanwhile.
                steps.append(self.planned(id, version, incoming))
                continue
            steps.append(replacement(id, held, version, incoming, found))
            if is_held:
                self.hold_for_answer(steps[-1])
        self.carry_out(steps)

    def tell_identities(self) -> None:
        for code, kind in (("identity-changed", "same-person"), ("identity-replaced", "somebody-else")):
            told = [one for one in self.told if one[1].kind == kind]
            if TOLD_IDENTITIES < len(told):
                message = f"{len(told)} ids have another identity behind them now"
                self.recorder.record([entry("info", diagnosis(code, message, n=len(told)))], always=True)
                continue
            for id, found, name in told:
                facts = {"from": found.before, "to": found.after, **({"recognised_by": found.by} if found.by else {})}
                message = f"the identity behind {named(id)} changed: {found.before} → {found.after}"
                self.recorder.record([entry("info", diagnosis(code, message, **facts), id, name)], always=True)

    # The view with which a source is read.

    @property
    def is_narrowed(self) -> bool:
        return self.narrowed is not None

    def compare_scope(self, scope: Rec) -> None:
        """Compare with the reading before: what is missing because the view has shrunk is held."""
        # Of some objects, one that was read with the smaller view may come after a larger one was told.
        if self.is_narrowed:
            return
        self.scope = scope
        last = self.store.note("scope")
        if scope.whole or last is None:
            return
        lost = {part for part in map(tuple, last["parts"]) if self.is_lost(part)} if not last["whole"] else set()
        if lost or last["whole"]:
            self.narrowed, self.was_whole = lost, last["whole"]

    def is_lost(self, part: Id) -> bool:
        held = self.present(part)
        return held is not None and not self.shows(part, held.document)

    def names(self, id: Id) -> bool:
        return self.scope is not None and any(id_of(part) == id for part in self.scope.parts)

    def shows(self, id: Id, document: dict[str, Any]) -> bool:
        """Whether the view shows what the platform holds there."""
        if self.names(id):
            return True
        departments = {id[1]} if id[0] == DEPARTMENT else departments_of(document)
        return any(self.place(department) == "inside" for department in departments)

    def place(self, department: str) -> str:
        """How a department stands to the view: what hangs below a part of it is inside."""
        passed: set[str] = set()
        at: str | None = department
        while at is not None and at not in passed:
            if self.names((DEPARTMENT, at)):
                return "inside"
            held = self.present((DEPARTMENT, at))
            if held is None:
                return "outside" if passed else "not held"
            passed.add(at)
            at = min(departments_of(held.document), default=None)
        return "outside"

    def hold_for_scope(self, step: Step) -> None:
        self.held_for_scope[step.id[0]] += 1
        why = f"{named(step.id)} stays as it is: the application no longer sees where it is"
        step.kind, step.why = "hold-unseen", diagnosis("scope-held", why)

    def conclude_scope(self) -> None:
        """Keep the view for the next run, unless it waits for a person."""
        if self.is_full and not self.is_narrowed and self.scope is not None:
            parts = [list(id_of(part)) for part in self.scope.parts]
            self.store.keep_note("scope", {"whole": self.scope.whole, "parts": parts})
        # A few objects say nothing of the view unless something of theirs would be lost.
        if self.is_narrowed and (self.is_full or self.held_for_scope):
            self.ledger.is_scope_held = True
            before = "everything" if self.was_whole else f"{len(self.narrowed or ())} parts that it no longer sees"
            message = f"the application sees less than before, when it saw {before}; what it no longer shows stays"
            self.recorder.record([entry("error", diagnosis("scope-held", message, **self.held_for_scope))], always=True)

    def finish(self, is_whole: bool) -> None:
        """Decide about what waited for the end, and tell what waits for a person."""
        self.conclude_identities(is_whole)
        self.conclude_scope()
        if not is_whole and not self.has_removed:
            self.tell_coverage()
        self.tell_clearings()
