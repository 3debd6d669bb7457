"""Tickets, storage, what each function may use; and files that are no connector."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import Any

import bounds
import pytest
from call import Call, Memory
from engine import Engine, Unusable, make_private
from follow import blames_an_event, next_batch
from store import Store
from wasmtime.component import Variant
from wit import BrokeContract, Rec


class Source:
    """As much of a source as a call needs; requests wait for `gate`."""

    def __init__(self, folder: Path) -> None:
        self.engine, self.egress = self, self
        self.store, self.memory = Store(folder / "host.db"), Memory()
        self.gate = threading.Event()

    def outside(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def send(self, request: Rec, seals: Any, is_cancelled: Any) -> Variant:
        self.gate.wait(30)
        return Variant("ok", Rec(status=200, headers=[], body=request.url))

    def redact(self, text: str) -> str:
        return text.replace("canary", "[secret]")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


def begun(call: Call, n: int) -> list[int]:
    return call.begin([Rec(url=str(number)) for number in range(n)])


def faults(call: Call, tickets: list[int]) -> list[str]:
    return [result.payload.kind if result.tag == "err" else "ok" for result in call.take(tickets)]


def test_a_result_is_taken_once_it_was_named_and_then_no_more(source: Source) -> None:
    source.gate.set()
    call = Call(source, "check", [])
    tickets = begun(call, 2)
    assert faults(call, tickets) == ["other", "other"], "nobody has named them"
    named = call.wait(1) + call.wait(1)
    assert sorted(named) == tickets
    assert [result.payload.body for result in call.take(tickets)] == ["0", "1"]
    assert faults(call, [*tickets, 99]) == ["other"] * 3
    assert call.wait(1) == [], "nothing is outstanding"


def test_more_than_may_be_outstanding_are_not_sent(source: Source) -> None:
    call = Call(source, "check", [])
    tickets = begun(call, bounds.OUTSTANDING + 1)
    timer = call.begin_timer(0)
    assert set(call.wait(1024)) == {tickets[-1], timer}, "timers are not counted"
    assert faults(call, tickets[-1:]) == ["other"]
    assert len(begun(call, 1)) == 1
    assert faults(call, call.wait(1)) == ["other"]
    source.gate.set()


def test_what_is_left_untaken_has_a_bound(source: Source) -> None:
    call = Call(source, "check", [])
    with pytest.raises(BrokeContract):
        for _ in range(bounds.UNTAKEN + 1):
            call.begin_timer(3_600_000)


def test_timers_are_named_in_the_order_in_which_they_end(source: Source) -> None:
    call = Call(source, "check", [])
    slow, fast = call.begin_timer(60), call.begin_timer(1)
    assert call.wait(1) + call.wait(1) == [fast, slow]


def test_a_cancellation_makes_everything_ready(source: Source) -> None:
    call = Call(source, "sync", [], apply=None)
    tickets, timer = begun(call, 3), call.begin_timer(3_600_000)
    threading.Timer(0.05, call.cancel).start()
    assert call.wait(1024) == [*tickets, timer]
    assert faults(call, tickets) == ["cancelled"] * 3
    later, change = begun(call, 1), call.begin_apply([])
    assert call.wait(1024) == [*later, change]
    assert call.take_applied(change).code == "cancelled"
    assert call.remove_missing([]).code == "cancelled"
    assert call.seconds_left() <= bounds.CANCEL_GRACE_S
    source.gate.set()


@pytest.mark.parametrize(
    ("function", "interface", "name"),
    [
        ("validate", "tasks", "begin-timer"),
        ("receive", "storage", "get"),
        ("check", "directory", "list-inventory"),
        ("fetch-events", "history", "report"),
        ("refresh", "directory", "remove-missing"),
        ("handle", "directory", "close-reading"),
        ("handle", "directory", "save-checkpoint"),
    ],
)
def test_a_function_may_use_its_own_and_nothing_else(source: Source, function: str, interface: str, name: str) -> None:
    Call(source, "sync", []).may_use(interface, name)
    with pytest.raises(BrokeContract):
        Call(source, function, []).may_use(interface, name)


@pytest.mark.parametrize("area", ["memory", "durable"])
def test_storage_keeps_all_of_a_call_or_nothing(source: Source, area: str) -> None:
    call = Call(source, "check", [])

    def write(**entries: str | None) -> Any:
        return call.write(area, [Rec(key=key.replace("_", "/"), value=value) for key, value in entries.items()])

    assert write(a_1="x", a_2="y", b="z") is None
    assert call.get(area, ["b", "none", "a/1"]) == ["z", None, "x"]
    assert [(one.key, one.value) for one in call.scan(area, "a/", None, 10)] == [("a/1", "x"), ("a/2", "y")]
    assert [one.key for one in call.scan(area, "a/", "a/1", 10)] == ["a/2"]
    assert write(a_1=None, b="x" * (bounds.STORAGE_VALUE_BYTES + 1)).code == "request-invalid"
    assert call.get(area, ["a/1"]) == ["x"]
    assert call.get(area, ["k"] * 1001).code == "request-invalid"
    assert call.get(area, [""]).code == "request-invalid"
    assert call.scan(area, "", None, 0).code == "request-invalid"


def test_an_area_has_a_bound(source: Source) -> None:
    call = Call(source, "check", [])
    entries = [Rec(key=str(number), value="x" * bounds.STORAGE_VALUE_BYTES) for number in range(65)]
    assert call.write("memory", entries[:4]).code == "storage-full"
    assert call.write("durable", entries).code == "storage-full"
    assert (call.get("memory", ["0"]), call.get("durable", ["0"])) == ([None], [None])


def test_no_log_line_has_a_secret(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    call = Call(source, "check", [])
    call.log("error", "the canary is " + "x" * 5000)
    assert call.last_words.startswith("the [secret] is")
    assert len(capsys.readouterr().err) < 4200


WASI = '(component (import "wasi:cli/environment@0.2.4" (instance)))'


@pytest.mark.parametrize("text", ["no wasm", "\0asm\x01\0\0\0", "(component)", WASI])
def test_a_file_that_is_no_connector_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file.wasm"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Unusable):
        Engine(tmp_path / "cache").load(file)


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o1777])
def test_a_folder_for_what_is_compiled_in_which_others_can_write_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(mode)
    with pytest.raises(Unusable, match="other users can write"):
        make_private(tmp_path / "cache")


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_a_folder_that_others_can_only_look_at_is_taken(tmp_path: Path, mode: int) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(mode)
    make_private(tmp_path / "cache")
    make_private(tmp_path / "new" / "cache")
    assert (tmp_path / "new" / "cache").stat().st_mode & 0o077 == 0


def test_a_folder_of_another_user_is_refused_and_one_of_the_administrator_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: ours + 1)
    if ours == 0:
        make_private(tmp_path)
        os.chown(tmp_path, 65_534, -1)
    with pytest.raises(Unusable, match="other users can write"):
        make_private(tmp_path)


def test_nothing_compiled_is_loaded_from_a_folder_of_others(tmp_path: Path) -> None:
    file = tmp_path / "file.wasm"
    file.write_bytes(b"\0asm\x0d\0\1\0")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)
    with pytest.raises(Unusable, match="other users can write"):
        Engine(tmp_path / "cache").load(file)
    assert list((tmp_path / "cache").iterdir()) == []


def failed(kind: str, code: str = "it-failed") -> Any:
    return {"kind": kind, "diagnosis": {"code": code}}


def test_an_event_that_may_be_poisonous_goes_alone() -> None:
    poison, busy = failed("protocol"), failed("unavailable")
    due = [(1, {}, 0, None), (2, {}, 1, poison), (3, {}, 1, busy)]
    assert [number for number, *_ in next_batch(due)] == [1, 3]
    assert [number for number, *_ in next_batch(due[1:])] == [2]
    assert next_batch([]) == []
    assert blames_an_event(failed("host", "connector-trapped"))
    assert not blames_an_event(failed("host", "store-failed"))
