"""What the component exports: the calls of a host, each in an instance of its own that is thrown away afterwards.

Everything that is decided about a roster is in `connector.py` and the modules that it names.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from componentize_py_types import Err
from connector import RosterConnector
from settings import SCHEMA, read_settings
from waiting import run
from webhook import no_channel, receive
from wit_world import exports
from wit_world.exports.events import Channel, Delivery, FetchedEvents, Handled, Reaction, Receipt, SourceEvent
from wit_world.exports.identity_source import (
    CheckStatus,
    Descriptor,
    Finding,
    InvalidSettings,
    LocalizedName,
    Plan,
    ResourceType,
    Summary,
)
from wit_world.imports import host
from wit_world.imports.host import LogLevel
from wit_world.imports.model import Body, FailureKind, Key, NameValue
from words import failure

# Bytes of a log line at most. The end of a traceback says what happened.
MAX_LOG_LINE_BYTES = 4096

P = ParamSpec("P")
R = TypeVar("R")


def told(call: Callable[P, R]) -> Callable[P, R]:
    """Log what nobody expected: Python's toolchain ends the call without a word of it."""

    @functools.wraps(call)
    def wrapped(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return call(*arguments, **named)
        except Err:
            # An answer of the contract, and no mistake.
            raise
        except BaseException:
            words = traceback.format_exc().encode()[-MAX_LOG_LINE_BYTES:]
            host.log(LogLevel.ERROR, words.decode(errors="ignore"))
            raise

    return wrapped


def configured(settings: str) -> RosterConnector:
    """A connector for a call that needs settings without a problem."""
    try:
        return RosterConnector(read_settings(settings))
    except Err as error:
        first, *others = error.value.problems
        first.facts += [NameValue("setting", other.setting) for other in others if other.setting is not None]
        raise failure(FailureKind.SETTINGS, first) from error


class IdentitySource(exports.IdentitySource):
    """A source that can be read in full."""

    @told
    def describe(self) -> Descriptor:
        return Descriptor(
            id="roster-python",
            name="Roster (CSV or JSON), in Python",
            names=[LocalizedName("zh-CN", "花名册（CSV 或 JSON），Python 版")],
            version="0.1.0",
            settings_schema=SCHEMA,
            resource_types=[ResourceType("Department", None), ResourceType("User", None)],
        )

    @told
    def validate(self, settings: str) -> Plan:
        return read_settings(settings).plan()

    @told
    def check(self, settings: str) -> list[Finding]:
        try:
            connector = RosterConnector(read_settings(settings))
        except Err as error:
            invalid: InvalidSettings = error.value
            return [Finding("settings", CheckStatus.FAILED, problem) for problem in invalid.problems]
        return run(connector.check())

    @told
    def sync(self, settings: str, checkpoint: str | None) -> Summary:
        # It leaves no checkpoint: a roster is read in one piece.
        return run(configured(settings).sync())

    @told
    def refresh(self, settings: str, keys: list[Key]) -> Summary:
        return run(configured(settings).refresh(keys)).summary


class Events(exports.Events):
    """A source that tells of its changes, by callbacks."""

    @told
    def receive(self, settings: str, delivery: Delivery) -> Receipt:
        return receive(configured(settings).settings.webhook_token, delivery, host.random(16))

    @told
    def handle(self, settings: str, events: list[SourceEvent]) -> Handled:
        return run(configured(settings).handle(events))

    @told
    def fetch_events(self, settings: str, cursor: str | None) -> FetchedEvents:
        # Nobody keeps what was not delivered; a full reading finds it.
        return FetchedEvents([], None, False)

    @told
    def open_channel(self, settings: str) -> Channel | None:
        return None

    @told
    def frame(self, settings: str, state: str, message: Body) -> Reaction:
        raise no_channel()
