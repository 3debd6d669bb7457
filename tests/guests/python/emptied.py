"""What an emptied field means: cleared, held for a person, or unknown (`docs/emptied-fields.md`).

Pure, and equal to the rules in `wit/vectors/emptied.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

CLEARED, HELD, UNKNOWN = "cleared", "held", "unknown"

# Clearings of one attribute that pass without a look at their share: five cleared telephones are an ordinary week.
FLOOR = 5

# Percent of those who had it above which they wait for a person: then a lost permission is the likelier explanation.
SHARE_PERCENT = 5


@dataclass(frozen=True)
class Gate:
    """What an application needs to see a field: a permission, nothing (`is_open`), or nobody knows."""

    permission: str | None = None
    is_open: bool = False


@dataclass(frozen=True)
class Evidence:
    """What is known besides about whether a reading could have seen a value."""

    is_complete: bool = False
    n_others: int = 0
    gate_shown: bool = False
    empty_is_explicit: bool = False


def meaning(field: str, answer: str, evidence: Evidence) -> str:
    """What a field (`absent`, `null`, `empty`) means that is missing from an answer (`page`, `own`, `event`)."""
    if is_proven(field, answer, evidence):
        return CLEARED
    return HELD if answer != "event" and evidence.is_complete else UNKNOWN


def is_proven(field: str, answer: str, evidence: Evidence) -> bool:
    """Whether this reading could have seen a value, had there been one."""
    by_others = evidence.is_complete and 0 < evidence.n_others
    by_word = evidence.empty_is_explicit and field != "absent"
    proofs = {"page": by_others, "own": by_others or evidence.gate_shown, "event": evidence.gate_shown}
    return by_word or proofs[answer]


def shows_gate(gates: dict[str, Gate], field: str, has_value: Callable[[str], bool]) -> bool:
    """Whether an answer shows that `field` would be seen in it: it takes nothing, or another field shows the same gate."""
    gate = gates.get(field, Gate())
    if gate.is_open or gate.permission is None:
        return gate.is_open
    return any(name != field and other == gate and has_value(name) for name, other in gates.items())


def guard(n_losing: int, n_keeping: int) -> str:
    """What becomes of the proven clearings of one attribute in a full reading, taken together."""
    n_had = n_losing + n_keeping
    is_few = n_losing <= FLOOR or n_losing * 100 <= n_had * SHARE_PERCENT
    return CLEARED if 0 < n_keeping and is_few else HELD


def guard_event(n_losing: int) -> str:
    """The same in one batch of events, where nobody knows who else has it."""
    return CLEARED if n_losing <= FLOOR else HELD
