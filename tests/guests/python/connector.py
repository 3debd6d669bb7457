"""How a roster answers each call of the host."""

from __future__ import annotations

from componentize_py_types import Err
from documents import Draft
from fetch import Fetcher
from files import read_csv, read_json
from kit import Lookup, Present, Refreshed, read_everything, read_objects
from mapping import SCHEMAS, drafts
from roster import Roster, read
from rows import DEPARTMENTS, PEOPLE
from settings import Settings
from told import Gone, Unknown
from waiting import together
from webhook import keys_of, unreadable
from wit_world.imports import model
from wit_world.exports.events import Handled, SourceEvent, UnfinishedEvent
from wit_world.imports.history import Severity
from wit_world.exports.identity_source import CheckStatus, Finding, Summary
from wit_world.imports.model import Diagnosis, FailureKind, Key
from words import counted, diagnosis, entry, failure, quoted, sort_key

# Problems that a check lists one by one: a checklist is read on one screen. A run records all of them.
MAX_FINDINGS = 20


class RosterConnector:
    """A roster behind a URL, with its settings. It lives for one call of the host."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.fetcher = Fetcher(settings.authorization)
        self._latest: Latest | model.Failure | None = None

    async def check(self) -> list[Finding]:
        """The way, the roster, its rows."""
        findings = [self.check_transport()]
        try:
            roster = await self.read()
        except Err as error:
            not_checked = diagnosis(
                "rows-not-checked",
                (
                    "the rows were not looked at, because the roster could not be read",
                    "未检查花名册的各行：花名册未能读取",
                ),
            )
            findings.append(Finding("roster", CheckStatus.FAILED, error.value.diagnosis))
            findings.append(Finding("rows", CheckStatus.SKIPPED, not_checked))
            return findings
        return findings + check_roster(roster)

    def check_transport(self) -> Finding:
        if self.settings.exposes_authorization:
            why = diagnosis(
                "authorization-not-encrypted",
                (
                    "the authorization is sent over http, where anyone on the way can read it",
                    "授权信息通过 http 明文发送，途中任何人都能读取",
                ),
                ("use an https address", "请使用 https 地址"),
            )
            return Finding("transport", CheckStatus.WARNING, why)
        why = diagnosis("transport-fine", ("no secret crosses the network in the clear", "没有明文传输的机密"))
        return Finding("transport", CheckStatus.PASSED, why)

    async def sync(self) -> Summary:
        """Bring everything in line."""
        roster = await self.read()
        return await read_everything(SCHEMAS, drafts(roster), roster.entries, self.look_up)

    async def refresh(self, keys: list[Key]) -> Refreshed:
        """Bring these in line."""
        return await read_objects(SCHEMAS, keys, self.look_up)

    async def handle(self, events: list[SourceEvent]) -> Handled:
        """Bring in line what the events name, each object once. One that cannot be read is done, with a warning."""
        named = {event.id: keys_of(event) for event in events}
        unread = [entry(Severity.WARNING, unreadable(event)) for event in events if named[event.id] is None]
        keys = {sort_key(key): key for named_keys in named.values() for key in named_keys or []}
        latest = await self.latest() if keys else None
        if isinstance(latest, model.Failure):
            # Without a roster none of them can be brought in line.
            raise later(latest)
        refreshed = await read_objects(SCHEMAS, list(keys.values()), self.look_up, unread)
        unfinished = []
        for id, named_keys in named.items():
            why = [refreshed.unknown[sort_key(key)] for key in named_keys or [] if sort_key(key) in refreshed.unknown]
            unfinished += [UnfinishedEvent(id, failure) for failure in why[:1]]
        # An unfinished event is tried again by itself; a full reading is for what events cannot do.
        refreshed.summary.complete, refreshed.summary.incomplete_reason = True, None
        return Handled(refreshed.summary, unfinished)

    async def read(self) -> Roster:
        """Read the roster anew."""
        addresses = self.settings.addresses
        texts = await together(*(self.fetcher.fetch(address) for address in addresses))
        if self.settings.is_json:
            tables = read_json(addresses[0].file, texts[0])
            return read(tables[DEPARTMENTS.member], tables[PEOPLE.member])
        departments, people = (
            read_csv(kind, address.file, text, self.settings.delimiter)
            for kind, address, text in zip((DEPARTMENTS, PEOPLE), addresses, texts, strict=True)
        )
        return read(departments, people)

    async def latest(self) -> Latest | model.Failure:
        """The roster to look things up in, or why there is none: read once, however many objects are asked about."""
        if self._latest is None:
            try:
                self._latest = Latest(await self.read())
            except Err as error:
                self._latest = error.value
        return self._latest

    async def look_up(self, key: Key) -> Lookup:
        """What the roster says about one object. Gone is what a whole roster does not list."""
        latest = await self.latest()
        return Unknown(latest) if isinstance(latest, model.Failure) else latest.look_up(key)


def later(why: model.Failure) -> Err:
    """Why events wait for a roster that cannot be read. None of them is to blame, so they are tried again together."""
    return failure(FailureKind.UNAVAILABLE, why.diagnosis) if why.kind == FailureKind.PROTOCOL else Err(why)


class Latest:
    """A roster to look things up in."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.drafts: dict[tuple[str, str], Draft] = {sort_key(draft.key): draft for draft in drafts(roster)}

    def look_up(self, key: Key) -> Lookup:
        """One object."""
        draft = self.drafts.get(sort_key(key))
        if draft is not None:
            return Present(draft)
        if key.resource_type not in (DEPARTMENTS.resource_type, PEOPLE.resource_type):
            return Unknown(failure(FailureKind.OTHER, not_a_kind(key.resource_type)).value)
        if self.roster.n_errors:
            return Unknown(failure(FailureKind.UNAVAILABLE, not_whole(self.roster.n_errors)).value)
        return Gone("404: not in the roster")


def check_roster(roster: Roster) -> list[Finding]:
    """What a check says of a roster that was read."""
    n_departments, n_people = len(roster.departments), len(roster.people)
    counts = diagnosis(
        "roster-read",
        (
            f"it can be imported; departments: {n_departments}, people: {n_people}",
            f"可以导入：{n_departments} 个部门，{n_people} 名人员",
        ),
    )
    if roster.n_errors:
        rows = Finding("rows", CheckStatus.WARNING, not_whole(roster.n_errors))
    elif roster.dangling:
        rows = Finding("rows", CheckStatus.WARNING, references_unknown(len(roster.dangling)))
    else:
        rows = Finding("rows", CheckStatus.PASSED, diagnosis("rows-fine", ("every row is right", "所有行均正确")))
    shown = (roster.entries + roster.dangling)[:MAX_FINDINGS]
    listed = [Finding("row", CheckStatus.WARNING, one.diagnosis) for one in shown]
    return [Finding("roster", CheckStatus.PASSED, counts), rows, *listed]


def not_whole(n_errors: int) -> Diagnosis:
    many = f"the roster has {n_errors} errors; until they are mended nobody is removed and nothing is cleared"
    one = "the roster has 1 error; until it is mended nobody is removed and nothing is cleared"
    return diagnosis(
        "roster-not-whole",
        (
            one if n_errors == 1 else many,
            f"花名册有 {n_errors} 处错误；修正之前不会停用任何人员，也不会清空任何值",
        ),
        ("correct the rows that are named", "请修正所列出的行"),
    )


def references_unknown(n: int) -> Diagnosis:
    return diagnosis(
        "references-unknown",
        (
            f"{counted(n, 'reference leads', 'references lead')} to what is not in the roster; those rows are imported without that",
            f"有 {n} 处引用所指的行不在花名册中；导入这些行时去掉该引用",
        ),
        ("add what is missing or correct the ids", "请补全缺失的行或更正 id"),
    )


def not_a_kind(resource_type: str) -> Diagnosis:
    shown = quoted(resource_type)
    said = (f"a roster has no objects of type {shown}", f"花名册中没有 {shown} 类型的对象")
    return diagnosis("not-in-a-roster", said)
