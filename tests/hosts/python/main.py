"""A small host of `rollcall:connector`, in Python: one source, from the command line. Every answer is one JSON object a line."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

from engine import Ended, Engine, Unusable
from follow import follow
from runs import Runs
from source import Source
from store import Store
from wit import Rec, compact, key, plain, shown


def main() -> int:
    """0, or 2 where the command line or a file is wrong."""
    arguments = parsed()
    try:
        configured = json.loads(arguments.source.read_text(encoding="utf-8"))
        data = arguments.data
        data.mkdir(parents=True, exist_ok=True)
        store = Store(data / "host.db")
        if arguments.command == "export":
            sys.stdout.buffer.writelines(f"{document}\n".encode() for document in store.export())
            return 0
        engine = Engine(data / "cache")
        source = Source(engine, engine.load(arguments.connector), configured, store)
    except (OSError, ValueError, KeyError, Unusable, Ended) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: source.cancel())
    runs = Runs(source, data / "lock")
    match arguments.command:
        case "describe":
            say(described(source))
        case "check":
            say({"findings": checked(source)})
        case "sync":
            say({"run": runs.sync()})
        case "refresh":
            say({"run": runs.refresh(arguments.key)})
        case "follow":
            follow(source, runs, arguments.listen, say)
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["describe", "check", "sync", "refresh", "follow", "export"])
    parser.add_argument("--connector", type=Path, required=True)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--key", type=key_of, action="append", default=[], help="of refresh, such as User:7")
    parser.add_argument("--listen", default="127.0.0.1:0", help="of follow: HOST:PORT")
    return parser.parse_args()


def key_of(text: str) -> Rec:
    resource_type, colon, external_id = text.partition(":")
    if not (resource_type and colon and external_id):
        raise argparse.ArgumentTypeError(f"{text!r} is no TYPE:ID")
    return key(resource_type, external_id)


def described(source: Source) -> dict[str, Any]:
    plan = source.plan()
    descriptor = {"descriptor": plain(source.descriptor)}
    if isinstance(plan, Rec):
        return {**descriptor, "plan": plain(plan)}
    return {**descriptor, "problems": [shown(problem) for problem in plan]}


def checked(source: Source) -> list[dict[str, Any]]:
    plan = source.plan()
    if not isinstance(plan, Rec):
        return [{"check": "settings", "status": "failed", "diagnosis": shown(problem)} for problem in plan]
    try:
        findings = source.call("check")
    except Ended as ended:
        return [{"check": "connector", "status": "failed", "diagnosis": shown(ended.failure.diagnosis)}]
    return [{"check": one.check, "status": one.status, "diagnosis": shown(one.diagnosis)} for one in findings]


def say(answer: dict[str, Any]) -> None:
    """One line, at once: somebody may be waiting for it."""
    sys.stdout.write(f"{compact(answer)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
