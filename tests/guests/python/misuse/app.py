"""What a connector must not do, in Python: `sync` does what the settings say, and `check` looks for what is around it."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
import traceback
import urllib.request
from collections.abc import Callable

from wit_world import exports
from wit_world.exports.identity_source import CheckStatus, Descriptor, EventDelivery, Finding, Plan, ResourceType, Summary
from wit_world.imports import host
from wit_world.imports.host import LogLevel
from wit_world.imports.model import Diagnosis, Key


def throw() -> None:
    raise ValueError("the roster is upside down 花名册")


def loop() -> None:
    while True:
        pass


def memory() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))


def recursion() -> None:
    # Deeper than Python itself lets anybody go.
    sys.setrecursionlimit(1 << 30)
    recursion()


MISUSES: dict[str, Callable[[], None]] = {"throw": throw, "loop": loop, "memory": memory, "recursion": recursion}

AROUND: dict[str, Callable[[], object]] = {
    "file": lambda: open("/etc/passwd").read(),
    "new-file": lambda: open("x", "w").write("x"),
    "folder": lambda: os.listdir("/"),
    "socket": lambda: socket.create_connection(("127.0.0.1", 80)),
    "http": lambda: urllib.request.urlopen("http://127.0.0.1/").read(),
    "name": lambda: socket.getaddrinfo("localhost", 80),
    "variables": lambda: [name for name in os.environ if name not in BUILT_IN],
    "input": lambda: sys.stdin.read(1),
}

# What Python itself sets while the component is made.
BUILT_IN = ("PYTHONUNBUFFERED", "PYTHONHOME", "PYTHONPATH")


def got(look: Callable[[], object]) -> bool:
    """Whether there was anything."""
    try:
        return bool(look())
    except Exception:
        return False


def finding(name: str, is_got: bool) -> Finding:
    message = "there is something" if is_got else "there is nothing"
    said = Diagnosis(code="around", message=message, remedy=None, translations=[], facts=[], setting=None)
    return Finding(name, CheckStatus.FAILED if is_got else CheckStatus.PASSED, said)


class IdentitySource(exports.IdentitySource):
    def describe(self) -> Descriptor:
        types = [ResourceType("Department", None), ResourceType("User", None)]
        schema = '{"type":"object","properties":{"misuse":{"type":"string"}}}'
        return Descriptor("misuse-python", "Misuse, in Python", [], "0.1.0", schema, types)

    def validate(self, settings: str) -> Plan:
        return Plan([], [], [], EventDelivery.NONE, None, [])

    def check(self, settings: str) -> list[Finding]:
        findings = [finding(name, got(look)) for name, look in AROUND.items()]
        is_off = 2000 < abs(time.time() * 1000 - host.now_ms())
        return [*findings, finding("other-clock", is_off)]

    def sync(self, settings: str, checkpoint: str | None) -> Summary:
        misuse = json.loads(settings).get("misuse")
        try:
            if misuse is not None:
                MISUSES[misuse]()
        except BaseException:
            host.log(LogLevel.ERROR, traceback.format_exc()[-1000:])
            raise
        return Summary(0, 0, 0, True, None)

    def refresh(self, settings: str, keys: list[Key]) -> Summary:
        return Summary(0, 0, 0, True, None)
