"""A configured source: its settings, its connector, its way out, and every call of that connector."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import bounds
from call import Call, Memory
from dataclasses import replace
from egress import Egress
from engine import Connector, Ended, Engine
from sealed import Seal, seal, secrets_of, unfit
from store import Store
from wasmtime.component import Variant
from wit import Rec, diagnosis, failure

BLACK = "[secret]"


class Source:
    """One source. Settings and connector stay the same for as long as this lives, and with them the area `memory`."""

    def __init__(self, engine: Engine, connector: Connector, configured: dict[str, Any], store: Store) -> None:
        egress = configured.get("egress") or {}
        ca_file = Path(egress["ca_file"]) if egress.get("ca_file") else None
        self.engine, self.connector, self.store = engine, connector, store
        self.name: str = configured["name"]
        self.settings: dict[str, Any] = configured["settings"]
        self.egress = Egress(egress.get("proxy"), ca_file, egress.get("allow"))
        self.memory = Memory()
        self._secrets: list[str] = []
        self._calls: set[Call] = set()
        # Taken again by a signal that comes while it is held.
        self._lock = threading.RLock()
        self._is_cancelled = False
        self.descriptor: Rec = connector.call(Call(self, "describe", []), "describe")
        check_descriptor(self.descriptor)
        self.schema = json.loads(self.descriptor.settings_schema)
        self._secrets = secrets_of(self.schema, self.settings)
        if self.egress.proxy is not None and len(self.egress.proxy.password) >= 4:
            self._secrets.append(self.egress.proxy.password)
        self._plan: Rec | list[Rec] | None = None

    # Secrets.

    def redact(self, text: str) -> str:
        """The text without any secret of the settings."""
        for secret in self._secrets:
            text = text.replace(secret, BLACK)
        return text

    def redacted(self, value: Any) -> Any:
        """The same of everything that a connector says."""
        match value:
            case str():
                return self.redact(value)
            case list():
                return [self.redacted(element) for element in value]
            case Rec():
                return Rec(**{name: self.redacted(member) for name, member in value.__dict__.items()})
            case _:
                return value

    # Calls.

    def call(self, function: str, *arguments: Any, apply: Any = None, recorder: Any = None) -> Any:
        """Call a function that takes the settings, with new tokens in place of the secrets. Raises `Ended`."""
        settings, seals = seal(self.schema, self.settings)
        if function != "validate":
            seals = self._with_origins(seals)
        call = Call(self, function, seals, apply, recorder)
        with self._lock:
            self._calls.add(call)
            if self._is_cancelled and function in ("sync", "refresh", "handle", "check"):
                call.cancel()
        try:
            return self.redacted_result(self.connector.call(call, function, json.dumps(settings), *arguments))
        finally:
            with self._lock:
                self._calls.discard(call)

    def redacted_result(self, result: Any) -> Any:
        return (
            Variant(result.tag, self.redacted(result.payload)) if isinstance(result, Variant) else self.redacted(result)
        )

    def _with_origins(self, seals: list[Seal]) -> list[Seal]:
        plan = self.plan()
        uses = {use.setting: frozenset(use.origins) for use in plan.secrets} if isinstance(plan, Rec) else {}
        return [replace(one, origins=uses.get(one.setting, frozenset())) for one in seals]

    def cancel(self) -> None:
        """Cancel whatever is under way, and end it if it does not return."""
        with self._lock:
            self._is_cancelled = True
            calls = list(self._calls)
        for call in calls:
            call.cancel()
        grace = threading.Timer(bounds.CANCEL_GRACE_S, self.engine.end_all)
        grace.daemon = True
        grace.start()

    @property
    def is_cancelled(self) -> bool:
        return self._is_cancelled

    # The plan.

    def plan(self) -> Rec | list[Rec]:
        """What these settings need, or everything that is wrong with them. Origins are granted, limits kept."""
        if self._plan is None:
            self._plan = self._validated()
        return self._plan

    def _validated(self) -> Rec | list[Rec]:
        problems = [
            diagnosis(code, f"the secret in {setting} cannot be used: {code}", setting=setting)
            for setting, code in unfit(self.schema, self.settings)
        ]
        try:
            answer = self.call("validate")
        except Ended as ended:
            return [*problems, ended.failure.diagnosis]
        if answer.tag == "err":
            return [*problems, *answer.payload.problems[: bounds.PROBLEMS]]
        if problems:
            return problems
        plan = answer.payload
        check_plan(plan)
        missing = self.egress.grant(plan.origins)
        self.egress.limit(plan.limits)
        if missing:
            remedy = "Add the origin to the source's `allow` list, or change the setting that leads there."
            return [
                diagnosis(
                    "origin-not-granted", f"these settings need {origin}, which is not allowed", remedy, origin=origin
                )
                for origin in missing
            ]
        return plan

    def prepared(self) -> Rec:
        """The plan. Raises `Ended` where settings are wrong."""
        plan = self.plan()
        if isinstance(plan, Rec):
            return plan
        if len(plan) == 1:
            raise Ended(failure("settings", plan[0]))
        message = f"{len(plan)} settings are wrong: " + "; ".join(f"{one.setting}: {one.message}" for one in plan)
        raise Ended(failure("settings", diagnosis("settings-invalid", message[: bounds.TEXT_BYTES])))


def check_descriptor(descriptor: Rec) -> None:
    """Raises `Ended` for a descriptor that breaks the contract."""
    names = [one.name for one in descriptor.resource_types]
    is_right = (
        len(descriptor.settings_schema.encode()) <= bounds.SCHEMA_BYTES
        and 1 <= len(names) <= bounds.RESOURCE_TYPES
        and all(1 <= len(name) <= bounds.RESOURCE_TYPE_BYTES and name.isascii() for name in names)
    )
    if not is_right:
        raise Ended(broken("its descriptor breaks the contract"))


def check_plan(plan: Rec) -> None:
    """Raises `Ended` for a plan that breaks the contract."""
    is_right = (
        len(plan.origins) <= bounds.ORIGINS
        and len(plan.limits) <= bounds.RATE_LIMITS
        and all(1 <= one.requests and 1 <= one.window_ms <= bounds.RATE_WINDOW_MS for one in plan.limits)
        and len(plan.exclusive) <= bounds.EXCLUSIVE
        and all(len(text.encode()) <= bounds.EXCLUSIVE_BYTES for text in plan.exclusive)
        and (plan.poll_interval_ms is None or bounds.POLL_INTERVAL_MS <= plan.poll_interval_ms)
    )
    if not is_right:
        raise Ended(broken("its plan breaks the contract"))


def broken(what: str) -> Rec:
    """A connector that breaks the contract by what it answers."""
    return failure("other", diagnosis("connector-broke-contract", f"the connector was ended: {what}"))
