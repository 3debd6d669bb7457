"""Deliveries of the roster's keeper: who changed. What they name is read again before anything is changed.

Pure.
"""

from __future__ import annotations

import hmac
import json
import re
from itertools import accumulate
from typing import Any

from componentize_py_types import Err
from files import number_of, text_of_value
from rows import BLANKS, CONTROL_CHARACTER, DEPARTMENTS, MAX_ID_BYTES, PEOPLE
from wit_world.exports.events import ContentType, Delivery, Receipt, SourceEvent
from wit_world.imports.model import Diagnosis, FailureKind, Key
from words import diagnosis, failure

# The header that holds the token of the settings.
TOKEN_HEADER = "x-roster-token"

KIND = "roster-changed"

# Objects of one delivery, objects of one event (as many as it has subjects), bytes of a delivery's id.
MAX_OBJECTS, MAX_OBJECTS_PER_EVENT, MAX_DELIVERY_ID_BYTES = 1000, 100, 100

# How deep a body may be nested, itself counted.
MAX_DEPTH = 127

TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


class BadDelivery(ValueError):
    """A delivery that says nothing that can be acted on. Its words are for whoever sent it."""


def receive(token: str | None, delivery: Delivery, random: bytes) -> Receipt:
    """Verify a delivery, and say which objects it names. `random` makes an id for one that has none."""
    if token is None:
        why = diagnosis(
            "webhook-not-set-up",
            (
                "a change of the roster was told, and no `webhook_token` is set",
                "收到了花名册的变更通知，但没有填写 webhook_token",
            ),
            ("set `webhook_token`, or have the sender stop", "请填写 webhook_token，或让发送方停止发送"),
            setting="/webhook_token",
        )
        raise failure(FailureKind.SETTINGS, why)
    if delivery.method != "POST":
        return Receipt(405, ContentType.TEXT, "a change is told by POST", [])
    given = next((header.value for header in delivery.headers if header.name == TOKEN_HEADER), "")
    if not hmac.compare_digest(given.encode(), token.encode()):
        why = diagnosis(
            "webhook-not-authentic",
            (
                "a change of the roster was told without the right token",
                "收到的花名册变更通知没有携带正确的令牌",
            ),
            (
                "have the sender put `webhook_token` into the header X-Roster-Token",
                "请让发送方在请求头 X-Roster-Token 中携带 webhook_token",
            ),
        )
        raise failure(FailureKind.OTHER, why)
    try:
        id, keys = read_delivery(delivery)
    except BadDelivery as error:
        return Receipt(400, ContentType.TEXT, str(error), [])
    prefix = random.hex() if id is None else f"roster:{id}"
    batches = [keys[begin : begin + MAX_OBJECTS_PER_EVENT] for begin in range(0, len(keys), MAX_OBJECTS_PER_EVENT)]
    events = [
        SourceEvent(f"{prefix}:{number}", KIND, payload_of(batch), None, batch) for number, batch in enumerate(batches)
    ]
    return Receipt(202, ContentType.JSON, json.dumps({"accepted": len(keys)}, separators=(",", ":")), events)


def read_delivery(delivery: Delivery) -> tuple[str | None, list[Key]]:
    """The delivery's id and what it names, departments first. Raises `BadDelivery`."""
    body = _object(delivery.body.value)
    if body is None:
        raise BadDelivery('the body must be a JSON object such as {"people": ["7"]}')
    id = body.get("id")
    if "id" in body and not (isinstance(id, str) and 1 <= len(id.encode()) <= MAX_DELIVERY_ID_BYTES):
        raise BadDelivery(f"`id` must be a text of 1 to {MAX_DELIVERY_ID_BYTES} bytes")
    keys = _named(body)
    if not keys:
        raise BadDelivery("the body names nobody: list ids under `people` or `departments`")
    if MAX_OBJECTS < len(keys):
        raise BadDelivery(f"the body names {len(keys)} objects, at most {MAX_OBJECTS} are taken")
    return id, keys


def _object(body: str | bytes) -> dict[str, Any] | None:
    """A JSON object; none for anything else, such as one with half of a surrogate pair, which is no text."""
    try:
        text = body.decode() if isinstance(body, bytes) else body
        if MAX_DEPTH < _depth(text):
            return None
        read = json.loads(text, parse_int=number_of)
        json.dumps(read, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _depth(text: str) -> int:
    """How many brackets are open at once where most are. Those within a text count for nothing."""
    steps = (sign in "[{" for sign in re.findall(r"[][{}]", TEXT.sub("", text)))
    return max(accumulate(1 if opens else -1 for opens in steps), default=0)


def _named(body: dict[str, Any]) -> list[Key]:
    """What the lists name, departments first, each once and in the order in which it is given."""
    named = {}
    for kind in (DEPARTMENTS, PEOPLE):
        ids = body.get(kind.member, [])
        if not isinstance(ids, list):
            raise BadDelivery(f"`{kind.member}` must be a list of ids")
        for index, value in enumerate(ids):
            id = _id(value)
            if id is None:
                what = f"`{kind.member}[{index}]`"
                raise BadDelivery(f"{what} must be a text of 1 to {MAX_ID_BYTES} bytes or a whole number")
            named[kind.resource_type, id] = Key(kind.resource_type, id)
    return list(named.values())


def _id(value: Any) -> str | None:
    """An id as a row of the roster may write it."""
    text = text_of_value(value)
    text = text and text.strip(BLANKS)
    is_id = text and len(text.encode()) <= MAX_ID_BYTES and not CONTROL_CHARACTER.search(text)
    return text if is_id else None


def payload_of(keys: list[Key]) -> str:
    """What `keys_of` reads."""
    payload = {
        kind.member: [key.external_id for key in keys if key.resource_type == kind.resource_type]
        for kind in (DEPARTMENTS, PEOPLE)
    }
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def keys_of(event: SourceEvent) -> list[Key] | None:
    """What an event names; none when its payload cannot be read."""
    payload = _object(event.payload)
    try:
        return None if payload is None else _named(payload)
    except BadDelivery:
        return None


def unreadable(event: SourceEvent) -> Diagnosis:
    """Why an event is not acted on."""
    return diagnosis(
        "event-unreadable",
        (
            "what an event says cannot be read, so nothing is done about it",
            "事件的内容无法读取，未作任何处理",
        ),
        (
            "import the whole roster once, which reads everything anew",
            "请完整导入一次花名册，届时会重新读取全部内容",
        ),
        event=event.id,
    )


def no_channel() -> Err:
    """Why no message of a channel is understood."""
    said = ("a message came over a channel, and a roster has none", "通过长连接收到了消息，但花名册没有长连接")
    return failure(FailureKind.OTHER, diagnosis("no-channel", said))
