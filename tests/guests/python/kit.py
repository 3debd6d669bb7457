"""One reading of a source, as the contract asks of every connector (`wit/README.md`, "One call of `sync`").

What differs from what the platform holds is put. At the end a complete reading says what is gone and what was cleared; the
own readings of single objects say it of those alone. What the source is and how it is asked is not here: whoever reads
brings drafts, and a function that looks up one object.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from componentize_py_types import Err
from documents import (
    Document,
    Draft,
    Reference,
    Schema,
    Version,
    canonical,
    references_of,
    unassigning,
    without_gone,
    without_member,
)
from emptied import CLEARED, Evidence, guard, guard_event, meaning
from told import (
    Gone,
    NotAsked,
    Unknown,
    absences_kept,
    not_proven,
    nothing_read,
    reference_lost,
    seen_on_nobody,
    too_many,
    too_many_in_events,
    unknown_resource_type,
)
from waiting import Ticket
from wit_world.imports import directory, history, model
from wit_world.imports.directory import Clearing, Coverage, OutcomeStatus, Scope
from wit_world.imports.history import LogEntry, Progress, Severity
from wit_world.exports.identity_source import Summary
from wit_world.imports.model import (
    Change,
    Change_Put,
    Change_Remove,
    Diagnosis,
    DirectoryObject,
    FailureKind,
    Key,
    Removal,
)
from words import MAX_EVIDENCE_BYTES, clipped, counted, diagnosis, entry, failure, sort_key

# Items of the inventory, keys that are looked for in it, keys of one call about clearings: the contract's maxima.
INVENTORY_PAGE, FIND_BATCH, CLEARING_BATCH = 10_000, 1000, 1000

# Changes of one call, half of what the contract allows, and calls that may be under way before the oldest is waited for.
APPLY_BATCH, MAX_BATCHES = 500, 4

# Entries of one call.
ENTRY_BATCH = 100

# Objects that one reading asks about because others name them, and references of which each gets an entry of its own.
MAX_REFERENCES_ASKED, MAX_REFERENCES_TOLD = 1000, 20

# An object by its resource type and id: a `Key` of the bindings cannot be looked up by.
Id = tuple[str, str]


@dataclass
class Present:
    """The object is there, like this."""

    draft: Draft


Lookup = Present | Gone | Unknown
LookUp = Callable[[Key], Awaitable[Lookup]]


@dataclass
class Seen:
    """An object of this reading; `version` is what the platform holds once every put is applied."""

    version: Version
    lacking: int
    visible: int
    was_put: bool

    @property
    def losing(self) -> int:
        """What the platform holds from this source and the source no longer says."""
        return self.version.given & self.lacking


@dataclass
class Refreshed:
    """What came of reading just some objects, and those that could not be asked about."""

    summary: Summary
    unknown: dict[Id, model.Failure]


def ask_host(call: Callable[..., Any], *arguments: Any) -> Any:
    """Call the host; where it refuses, the run ends, and its administrator has to act."""
    try:
        return call(*arguments)
    except Err as refusal:
        raise failure(FailureKind.HOST, refusal.value) from refusal


async def read_everything(
    schemas: tuple[Schema, ...], drafts: list[Draft], entries: list[LogEntry], look_up: LookUp
) -> Summary:
    """A full reading that brought these drafts, parents first. With an error among its entries it is not complete."""
    reading = Reading(schemas, look_up, is_full=True)
    for schema in schemas:
        reading.load_inventory(schema)
    ask_host(directory.open_reading, Scope(whole=True, parts=[]))
    for one in entries:
        reading.record(one)
    await reading.put(drafts)
    return await reading.finish()


async def read_objects(
    schemas: tuple[Schema, ...], keys: list[Key], look_up: LookUp, entries: Iterable[LogEntry] = ()
) -> Refreshed:
    """Bring the platform in line with just these objects: departments before people, what is gone last."""
    reading = Reading(schemas, look_up, is_full=False)
    for one in entries:
        reading.record(one)
    for key in keys:
        if key.resource_type not in reading.schemas:
            raise failure(FailureKind.OTHER, unknown_resource_type(key.resource_type))
    reading.find(keys)
    return await reading.refresh(keys)


class Reading:
    """What is known while a source is read."""

    def __init__(self, schemas: tuple[Schema, ...], look_up: LookUp, is_full: bool) -> None:
        self.schemas = {schema.resource_type: schema for schema in schemas}
        self.look_up, self.is_full = look_up, is_full
        # None is an object in a state that no version of ours describes.
        self.held: dict[Id, Version | None] = {}
        self.seen: dict[Id, Seen] = {}
        # How many were seen with each optional attribute.
        self.n_with = {schema.resource_type: [0] * len(schema.optional) for schema in schemas}
        self.answers: dict[Id, Gone | Unknown | NotAsked] = {}
        self.n_asked = self.n_told = 0
        # Objects that name something that could not be asked about.
        self.unfinished: dict[Id, model.Failure] = {}
        self.incomplete: Diagnosis | None = None
        self.entries: list[LogEntry] = []
        self.outbox = Outbox()

    # What the platform holds.

    def load_inventory(self, schema: Schema) -> None:
        """Everything of one resource type, page by page."""
        after = None
        while True:
            page = ask_host(directory.list_inventory, schema.resource_type, after, INVENTORY_PAGE)
            for item in page:
                self.held[schema.resource_type, item.external_id] = Version.parse(item.version)
            # A host whose last id does not advance would be asked for ever.
            if len(page) < INVENTORY_PAGE or (after is not None and page[-1].external_id <= after):
                return
            after = page[-1].external_id

    def find(self, keys: list[Key]) -> None:
        """Just these."""
        for begin in range(0, len(keys), FIND_BATCH):
            batch = keys[begin : begin + FIND_BATCH]
            for key, item in zip(batch, ask_host(directory.find_inventory, batch), strict=True):
                if item is not None:
                    self.held[sort_key(key)] = Version.parse(item.version)

    # The run's log.

    def record(self, one: LogEntry) -> None:
        """Add a line. An error means that the reading is not complete."""
        if one.severity == Severity.ERROR and self.incomplete is None:
            self.incomplete = one.diagnosis
        self.entries.append(one)
        if ENTRY_BATCH <= len(self.entries):
            self.flush()

    def flush(self) -> None:
        """Hand over what was recorded."""
        entries, self.entries = self.entries, []
        if entries:
            ask_host(history.record_entries, entries)

    # Puts.

    async def put(self, drafts: list[Draft]) -> None:
        """Put what differs, once it is known what became of everything that it names."""
        drafts = await self.settle_references(drafts)
        for done, draft in enumerate(drafts, start=1):
            await self.put_one(self.without_lost_references(draft))
            if self.is_full and (done % APPLY_BATCH == 0 or done == len(drafts)):
                history.report(Progress("reading", done, len(drafts)))

    async def put_one(self, draft: Draft) -> None:
        """Note an object, and put it if it differs from what the platform holds."""
        id = sort_key(draft.key)
        earlier = self.seen.get(id)
        if earlier is None:
            for index in range(len(draft.schema.optional)):
                self.n_with[draft.key.resource_type][index] += draft.given >> index & 1
        before = earlier.version if earlier else self.held.get(id)
        given = ((before.given if before else 0) | draft.given) & ~draft.unassigned
        text = canonical(draft.document)
        version = Version.of(text, given)
        is_changed = version != before
        was_put = is_changed or (earlier is not None and earlier.was_put)
        self.seen[id] = Seen(version, draft.lacking, draft.visible(), was_put)
        if is_changed:
            await self.outbox.push(Change_Put(DirectoryObject(draft.key, str(version), text)))

    # References.

    async def settle_references(self, drafts: list[Draft]) -> list[Draft]:
        """Ask about everything that is named and was not read, each once. What is there is put first."""
        known = {sort_key(draft.key) for draft in drafts}
        while missing := self.missing(drafts, known):
            found = []
            for id in missing:
                lookup = await self.ask_about(id)
                if isinstance(lookup, Present):
                    known.add(sort_key(lookup.draft.key))
                    found.append(lookup.draft)
                # An answer about something else says nothing about this.
                if not isinstance(lookup, Present):
                    self.answers[id] = lookup
                elif id not in known:
                    self.answers[id] = NotAsked()
                if isinstance(lookup, Unknown):
                    self.record(entry(Severity.ERROR, lookup.failure.diagnosis, Key(*id)))
            drafts = found + drafts
        return drafts

    def missing(self, drafts: list[Draft], known: set[Id]) -> list[Id]:
        """What these name and nobody has brought, departments first."""
        named = {sort_key(target) for draft in drafts for _, target in references_of(draft)}
        missing = sorted(id for id in named if id not in known and id not in self.answers and not self.is_there(id))
        if self.is_full:
            return missing
        self.find([Key(*id) for id in missing])
        return [id for id in missing if id not in self.held]

    async def ask_about(self, id: Id) -> Lookup | NotAsked:
        if MAX_REFERENCES_ASKED <= self.n_asked:
            return NotAsked()
        self.n_asked += 1
        return await self.look_up(Key(*id))

    def is_there(self, id: Id) -> bool:
        """Whether it is there for all that this reading knows. Of a few objects, what the platform holds is not in question."""
        return id in self.seen or (not self.is_full and id in self.held)

    def without_lost_references(self, draft: Draft) -> Draft:
        """The same without what it names that is gone. Where the source does not tell, nothing is said of that member."""
        document = draft.document
        for reference in draft.schema.references:
            lost = {target.external_id: answer for target, answer in self.lost(draft, reference)}
            if all(isinstance(answer, Gone) for answer in lost.values()):
                document = without_gone(document, reference.path, set(lost))
            else:
                document = without_member(document, reference.path)
        return draft if document == draft.document else draft.retold(document)

    def lost(self, draft: Draft, reference: Reference) -> Iterator[tuple[Key, Gone | Unknown | NotAsked]]:
        for of, target in references_of(draft):
            answer = self.answers.get(sort_key(target))
            if of is not reference or answer is None:
                continue
            if not isinstance(answer, Gone) and self.is_there(sort_key(target)):
                continue
            if isinstance(answer, Unknown):
                self.unfinished[sort_key(draft.key)] = answer.failure
            self.n_told += 1
            if self.n_told <= MAX_REFERENCES_TOLD:
                self.record(entry(Severity.WARNING, reference_lost(reference, target, answer), draft.key, draft.name))
            yield target, answer

    def tell_further_references(self) -> None:
        n_further = self.n_told - MAX_REFERENCES_TOLD
        if 0 < n_further:
            said = counted(n_further, "more reference leads", "more references lead")
            why = (f"{said} to something that was not found, too", f"另有 {n_further} 处引用所指的对象没有找到")
            self.record(entry(Severity.WARNING, diagnosis("references-not-clear", why)))

    # The end of a full reading.

    async def finish(self) -> Summary:
        """Ask about what was not seen, clear, say what was covered, remove."""
        removals: list[Removal] = []
        clearings: list[Clearing] = []
        if self.incomplete is None:
            removals = await self.confirm_absences()
        if self.incomplete is None:
            clearings = await self.clear(self.judge_by_others)
        await self.outbox.drain()
        self.propose(clearings)
        self.tell_further_references()
        self.tell_kept_absences()
        ask_host(directory.close_reading, self.coverage())
        if self.incomplete is None and removals:
            history.report(Progress("removing", 0, len(removals)))
            # Why it refuses any of them, or holds them, the host records.
            ask_host(directory.remove_missing, removals)
            history.report(Progress("removing", len(removals), len(removals)))
        self.flush()
        return self.summary()

    def absent(self) -> list[Id]:
        """What the platform holds and this reading did not see, by resource types in their order."""
        order = list(self.schemas)
        absent = [id for id in self.held if id not in self.seen]
        return sorted(absent, key=lambda id: (order.index(id[0]), id[1]))

    async def confirm_absences(self) -> list[Removal]:
        """Absence is no evidence: ask about each. What is there after all is put; what cannot be asked ends it."""
        absent = self.absent()
        if absent and not self.seen:
            self.record(entry(Severity.ERROR, nothing_read(len(absent))))
            return []
        removals: list[Removal] = []
        found: list[Draft] = []
        for done, id in enumerate(absent, start=1):
            lookup: Lookup | NotAsked | None = self.answers.get(id)
            if lookup is None or isinstance(lookup, NotAsked):
                lookup = await self.look_up(Key(*id))
            match lookup:
                case Gone(evidence):
                    self.answers[id] = lookup
                    removals.append(Removal(Key(*id), clipped(evidence, MAX_EVIDENCE_BYTES)))
                case Present(draft):
                    found.append(draft)
                case Unknown(why):
                    self.record(entry(Severity.ERROR, why.diagnosis, Key(*id)))
            history.report(Progress("confirming", done, len(absent)))
        await self.put(found)
        return removals

    def tell_kept_absences(self) -> None:
        """Say what this reading would have removed if it were complete."""
        n_absent = len(self.absent())
        if self.incomplete is not None and n_absent and self.seen:
            self.record(entry(Severity.WARNING, absences_kept(n_absent, self.incomplete)))

    def coverage(self) -> list[Coverage]:
        """A roster is one list that was read whole, or not at all: it has no containers."""
        n_read = {name: sum(id[0] == name for id in self.seen) for name in self.schemas}
        return [Coverage(name, n, None, []) for name, n in n_read.items()]

    def summary(self) -> Summary:
        n_unchanged = sum(not seen.was_put for seen in self.seen.values())
        return Summary(len(self.seen), n_unchanged, 0, self.incomplete is None, self.incomplete)

    # Single objects.

    async def refresh(self, keys: list[Key]) -> Refreshed:
        """Look up each, put what is there, clear what its own reading proves to be empty, remove what is gone."""
        unknown: dict[Id, model.Failure] = {}
        gone: list[Removal] = []
        for resource_type in self.schemas:
            present: list[Draft] = []
            ids = sorted({sort_key(key) for key in keys if key.resource_type == resource_type})
            removals = []
            for id in ids:
                match await self.look_up(Key(*id)):
                    case Present(draft):
                        present.append(draft)
                    case Gone(evidence) as lookup:
                        self.answers[id] = lookup
                        if id in self.held:
                            removals.append(Removal(Key(*id), clipped(evidence, MAX_EVIDENCE_BYTES)))
                    case Unknown(why) as lookup:
                        self.answers[id] = lookup
                        unknown[id] = why
                        self.record(entry(Severity.ERROR, why.diagnosis, Key(*id)))
            await self.put(parents_first(present))
            # People leave before departments.
            gone = removals + gone
        clearings = await self.clear(self.judge_by_own)
        for removal in gone:
            await self.outbox.push(Change_Remove(removal))
        await self.outbox.drain()
        self.propose(clearings)
        self.tell_further_references()
        self.flush()
        named = {sort_key(key) for key in keys}
        unknown |= {id: why for id, why in self.unfinished.items() if id in named}
        return Refreshed(self.summary(), unknown)

    # Clearing: a small removal, of a value.

    async def clear(self, judge: Callable[[Schema, int, list[Id]], Judgement]) -> list[Clearing]:
        """Put what is proven to be empty. Returns what may be, for a person to decide."""
        await self.outbox.drain()
        cleared: dict[Id, int] = {}
        clearings = []
        for schema in self.schemas.values():
            for index in range(len(schema.optional)):
                losing = sorted(
                    id for id, seen in self.seen.items() if id[0] == schema.resource_type and seen.losing >> index & 1
                )
                if not losing:
                    continue
                judgement = judge(schema, index, losing)
                for id in judgement.cleared:
                    cleared[id] = cleared.get(id, 0) | 1 << index
                clearings += judgement.unproven
        for id, attributes in cleared.items():
            await self.clear_one(id, attributes)
        return clearings

    async def clear_one(self, id: Id, attributes: int) -> None:
        # The version says that the whole document is there, so none follows a document that was refused.
        if id in self.outbox.refused:
            return
        seen = self.seen[id]
        seen.version = Version(seen.version.digest, seen.version.given & ~attributes)
        seen.was_put = True
        document: Document = {"externalId": id[1], **unassigning(self.schemas[id[0]], attributes)}
        put = DirectoryObject(Key(*id), str(seen.version), canonical(document))
        await self.outbox.push(Change_Put(put))

    def judge_by_others(self, schema: Schema, index: int, losing: list[Id]) -> Judgement:
        """In a complete full reading: others have it, so the application may see it."""
        name, n_with = schema.optional[index].name, self.n_with[schema.resource_type][index]
        evidence = Evidence(is_complete=True, n_others=n_with)
        if meaning("absent", "page", evidence) != CLEARED:
            return Judgement([], [clearing(schema, index, losing, seen_on_nobody(name, len(losing)))])
        if guard(len(losing), n_with) != CLEARED:
            return Judgement([], [clearing(schema, index, losing, too_many(name, len(losing), n_with))])
        return Judgement(losing, [])

    def judge_by_own(self, schema: Schema, index: int, losing: list[Id]) -> Judgement:
        """By what each object's own reading would have shown."""
        name = schema.optional[index].name

        def is_proven(id: Id) -> bool:
            evidence = Evidence(gate_shown=bool(self.seen[id].visible >> index & 1))
            return meaning("absent", "event", evidence) == CLEARED

        proven = [id for id in losing if is_proven(id)]
        unproven = [id for id in losing if not is_proven(id)]
        judgement = Judgement(proven, [])
        if guard_event(len(proven)) != CLEARED:
            judgement = Judgement([], [clearing(schema, index, proven, too_many_in_events(name, len(proven)))])
        if unproven:
            judgement.unproven.append(clearing(schema, index, unproven, not_proven(name)))
        return judgement

    def propose(self, clearings: list[Clearing]) -> None:
        """Hand over what is not proven, so many objects a call as the contract carries."""
        for one in clearings:
            for begin in range(0, len(one.keys), CLEARING_BATCH):
                part = Clearing(one.attribute, one.document, one.keys[begin : begin + CLEARING_BATCH], one.reason)
                ask_host(directory.propose_clearings, [part])


@dataclass
class Judgement:
    """Of one attribute: from whom it is cleared, and what a person has to decide."""

    cleared: list[Id]
    unproven: list[Clearing] = field(default_factory=list)


class Outbox:
    """Changes on their way to the platform: in order, in batches, a bounded number at a time."""

    def __init__(self) -> None:
        self.pending: list[Change] = []
        self.under_way: deque[tuple[list[Id], int]] = deque()
        # Objects whose last change was refused, or waits.
        self.refused: set[Id] = set()

    async def push(self, change: Change) -> None:
        """Send a change soon."""
        self.pending.append(change)
        if APPLY_BATCH <= len(self.pending):
            self.send()
        while MAX_BATCHES < len(self.under_way):
            await self.settle_oldest()

    async def drain(self) -> None:
        """Send everything and wait until all of it is applied or refused."""
        if self.pending:
            self.send()
        while self.under_way:
            await self.settle_oldest()

    def send(self) -> None:
        ids = [sort_key(change.value.key) for change in self.pending]
        self.under_way.append((ids, directory.begin_apply(self.pending)))
        self.pending = []

    async def settle_oldest(self) -> None:
        ids, ticket = self.under_way.popleft()
        await Ticket(ticket)
        outcomes = ask_host(directory.take_applied, ticket)
        for id, outcome in zip(ids, outcomes, strict=True):
            if outcome.status == OutcomeStatus.APPLIED:
                self.refused.discard(id)
            else:
                # The host has recorded why.
                self.refused.add(id)


def parents_first(drafts: Iterable[Draft]) -> list[Draft]:
    """Parents before children as far as both are among these: a platform may refuse what hangs in something unknown to it."""
    drafts = list(drafts)
    parents = {draft.key.external_id: (draft.document.get("parent") or {}).get("value") for draft in drafts}

    def depth(draft: Draft) -> int:
        n_above, at = 0, parents[draft.key.external_id]
        # Who is below itself would never reach a top.
        while at in parents and n_above < len(parents):
            n_above, at = n_above + 1, parents[at]
        return n_above

    return sorted(drafts, key=depth)


def clearing(schema: Schema, index: int, ids: list[Id], reason: Diagnosis) -> Clearing:
    """The clearing of one attribute from everybody who may have lost it."""
    document = canonical(unassigning(schema, 1 << index))
    return Clearing(schema.optional[index].name, document, [Key(*id) for id in ids], reason)
