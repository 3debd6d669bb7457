"""Runs the code of a stranger: one instance a call, thrown away afterwards, with bounded time and memory.

wasmtime-py converts values by way of state that all threads share (`_types.case_test_cache`, `_enter.LAST_EXCEPTION`), so
one call at a time is inside a component; whoever waits in `tasks.wait` lets the next one in.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import threading
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bounds
import wasmtime
from wasmtime import Config, Store, WasmtimeError
from wasmtime.component import Component, Linker
from wit import BrokeContract, Rec, diagnosis, failure, lifted, n_bytes

PACKAGE, VERSION = "rollcall:connector/", "0.1."

INTERFACES = ("model", "host", "tasks", "http-client", "storage", "directory", "history")

# What was compiled by another is compiled anew.
WASMTIME = version("wasmtime")

# Of the epoch by which computing is bounded.
TICK_S = 0.05


class Unusable(Exception):
    """A file that is no connector, or a folder for what is compiled that is not ours alone."""


class Ended(Exception):
    """A call that was ended; `failure` says why."""

    def __init__(self, why: Rec) -> None:
        super().__init__(why.diagnosis.message)
        self.failure = why


class TooMuchData(BrokeContract):
    """More crosses between connector and host at once than may."""


class Engine:
    """Compiles components, and keeps what was compiled in a folder of its own."""

    def __init__(self, cache: Path) -> None:
        config = Config()
        config.epoch_interruption = True
        config.max_wasm_stack = bounds.STACK_BYTES
        self._engine = wasmtime.Engine(config)
        self._cache = cache
        # Who holds it is inside a component, or converts a value.
        self._inside = threading.Lock()
        threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self) -> None:
        while True:
            time.sleep(TICK_S)
            self._engine.increment_epoch()

    def end_all(self) -> None:
        """End whoever computes, whatever time they had left."""
        for _ in range(int(bounds.COMPUTING_S / TICK_S) + 1):
            self._engine.increment_epoch()

    @contextlib.contextmanager
    def outside(self) -> Iterator[None]:
        """Let another call in while this one waits."""
        self._inside.release()
        try:
            yield
        finally:
            self._inside.acquire()

    def load(self, file: Path) -> Connector:
        """Raises `Unusable` for what asks for more than the contract, or does not have what a connector has."""
        code = file.read_bytes()
        if bounds.COMPONENT_BYTES < len(code):
            raise Unusable(f"it is larger than {bounds.COMPONENT_BYTES >> 20} MiB")
        digest = hashlib.sha256(code).hexdigest()
        compiled = self._compiled(code, digest)
        foreign = [name for name in compiled.type.imports(self._engine) if not _is_of_contract(name, INTERFACES)]
        if foreign:
            raise Unusable(f"it asks for {', '.join(foreign)}; close it by `rollcall connector seal`")
        exports = compiled.type.exports(self._engine)
        names = {name.removeprefix(PACKAGE).partition("@")[0]: name for name in exports if name.startswith(PACKAGE)}
        if "identity-source" not in names:
            raise Unusable("it exports no rollcall:connector/identity-source")
        return Connector(self, compiled, names, digest)

    def _compiled(self, code: bytes, digest: str) -> Component:
        make_private(self._cache)
        kept = self._cache / f"{digest}-{WASMTIME}.compiled"
        if kept.exists():
            return Component.deserialize_file(self._engine, str(kept))
        try:
            compiled = Component(self._engine, code)
        except WasmtimeError as error:
            raise Unusable(f"it is no component: {str(error).splitlines()[0]}") from error
        new = kept.with_suffix(f".{os.getpid()}")
        new.write_bytes(compiled.serialize())
        new.rename(kept)
        return compiled

    def invoke(
        self, component: Component, instance_name: str, function: str, call: Any, arguments: tuple[Any, ...]
    ) -> Any:
        """Make one call of an instance of its own. Raises `Ended`."""
        with self._inside:
            store = Store(self._engine)
            store.set_limits(
                memory_size=bounds.MEMORY_LIMIT_BYTES,
                memories=bounds.MEMORIES,
                instances=bounds.INSTANCES,
                table_elements=bounds.TABLE_ELEMENTS,
            )
            meter = Meter(store, call)
            meter.resume()
            linker = Linker(self._engine)
            with linker.root() as root:
                for interface, functions in call.interfaces.items():
                    with root.add_instance(f"{PACKAGE}{interface}@0.1.0") as instance:
                        for name, implementation in functions.items():
                            instance.add_func(name, _imported(call, meter, interface, name, implementation))
            try:
                instance = linker.instantiate(store, component)
                index = instance.get_export_index(store, instance_name)
                called = instance.get_func(store, instance.get_export_index(store, function, index))
                answer = lifted(called(store, *arguments))
            except TooMuchData as error:
                raise Ended(_failure(call, "other", "connector-too-much-data", str(error))) from error
            except BrokeContract as error:
                raise Ended(_failure(call, "other", "connector-broke-contract", str(error))) from error
            except (WasmtimeError, ValueError) as error:
                raise Ended(_trapped(call, meter, error)) from error
            if bounds.CROSSING_BYTES < n_bytes(answer):
                raise Ended(_failure(call, "other", "connector-too-much-data", "its answer is larger than 64 MiB"))
            return answer


def make_private(folder: Path) -> None:
    """Make a folder in which nobody else can write. Raises `Unusable` for one in which somebody can: what is compiled there runs
    in this process."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if not hasattr(os, "geteuid"):
        # Elsewhere a new folder inherits its owner's access list.
        return
    is_ours = found.st_uid in (os.geteuid(), 0)
    if not is_ours or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Unusable(f"other users can write to cache folder {folder}; let nobody else write there (chmod 700)")


class Connector:
    """A component that can be called."""

    def __init__(self, engine: Engine, component: Component, exports: dict[str, str], digest: str) -> None:
        self.engine, self.digest = engine, digest
        self._component, self._exports = component, exports

    @property
    def is_live(self) -> bool:
        """Whether its source can tell of changes."""
        return "events" in self._exports

    def call(self, call: Any, function: str, *arguments: Any) -> Any:
        """Call a function of either interface. Raises `Ended`."""
        interface = "events" if function in EVENT_FUNCTIONS else "identity-source"
        return self.engine.invoke(self._component, self._exports[interface], function, call, arguments)


EVENT_FUNCTIONS = ("receive", "handle", "fetch-events", "open-channel", "frame")


class Meter:
    """Bounds the time of one call: that between two calls of the host, and all of it."""

    def __init__(self, store: Store, call: Any) -> None:
        self._store, self._call = store, call
        self.is_overdue = False

    def resume(self) -> None:
        """Let it compute from now on."""
        left_s = self._call.seconds_left()
        self.is_overdue = left_s < bounds.COMPUTING_S
        self._store.set_epoch_deadline(max(1, int(min(left_s, bounds.COMPUTING_S) / TICK_S)))


def _is_of_contract(name: str, interfaces: tuple[str, ...]) -> bool:
    interface, _, version = name.removeprefix(PACKAGE).partition("@")
    return name.startswith(PACKAGE) and interface in interfaces and version.startswith(VERSION)


def _imported(call: Any, meter: Meter, interface: str, name: str, implementation: Any) -> Any:
    def imported(_store: Any, *arguments: Any) -> Any:
        call.may_use(interface, name)
        taken = [lifted(argument) for argument in arguments]
        if bounds.CROSSING_BYTES < n_bytes(taken):
            raise TooMuchData(f"it handed over more than 64 MiB to {interface}.{name}")
        answer = implementation(*taken)
        meter.resume()
        return answer

    return imported


def _trapped(call: Any, meter: Meter, error: Exception) -> Rec:
    # wasmtime's last line says what happened, behind a number where there are several.
    words = re.sub(r"^\s*(?:[0-9]+: )?", "", (str(error).strip() or "it trapped").splitlines()[-1])
    if "wasm trap: interrupt" in words:
        if call.is_cancelled:
            return _failure(call, "other", "connector-not-stopping", "it did not return after it was cancelled")
        if meter.is_overdue:
            return _failure(call, "host", "connector-overdue", "it did not end in its time")
        return _failure(call, "host", "connector-out-of-time", f"it computed for more than {bounds.COMPUTING_S} s")
    if "too much data" in words:
        return _failure(call, "other", "connector-too-much-data", words)
    return _failure(call, "other", "connector-trapped", words)


def _failure(call: Any, kind: str, code: str, what: str) -> Rec:
    """The words that a connector said before it died say more than its trap."""
    last = f"; its last words: {call.last_words[-bounds.TEXT_BYTES // 2 :]}" if call.last_words else ""
    why = diagnosis(code, f"the connector was ended: {what}{last}"[: bounds.TEXT_BYTES])
    return failure(kind, call.source.redacted(why))
