"""Following a source: deliveries at the callback address, the channel, asking for changes, and acting on what came.

An event is stored before it is acknowledged. What waits is handled as one batch, and tried again until it is done.
"""

from __future__ import annotations

import http.server

import random
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import bounds
from egress import Deadline, Fault, host_and_port, origin_of, text_or_bytes, tls_fault
from engine import Ended
from runs import Runs
from source import Source, broken
from store import now_ms
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from wit import Rec, Refused, diagnosis, failure, key, shown

# Deliveries at once; more are sent again by the source.
DELIVERIES = 64

# Events that come together are handled together: seconds to wait for others, and between two batches.
COALESCE_S, SPACING_S = 0.02, 0.25

# Attempts at an event, milliseconds before the second (doubling from there), and at most.
ATTEMPTS, FIRST_BACKOFF_MS, MOST_BACKOFF_MS, MOST_ASKED_MS = 12, 1000, 300_000, 3_600_000

# Seconds for a channel to open; between two attempts at it; without one after which something may have been missed.
OPEN_S, FIRST_PAUSE_S, MOST_PAUSE_S, GAP_S = 15, 1, 60, 10

# Seconds before a source is asked again that a person must act on.
PROBE_S = 600

CONTENT_TYPES = {
    "text": "text/plain; charset=utf-8",
    "json": "application/json",
    "xml": "application/xml; charset=utf-8",
}

# What is the host's, or a reverse proxy's, and not handed over.
PRIVATE_HEADERS = ("cookie", "authorization", "forwarded", "x-real-ip")
PRIVATE_PREFIXES = ("proxy-", "x-forwarded-")

Say = Callable[[dict[str, Any]], None]


def follow(source: Source, runs: Runs, listen: str, say: Say) -> None:
    """Follow a source until SIGTERM comes or standard input ends."""
    follower = Follower(source, runs, say)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: follower.stop.set())
    host, _, port = listen.rpartition(":")
    server = Server((host, int(port)), follower, source.name)
    say({"listening": f"http://{host}:{server.server_port}"})
    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=follower.act)]
    threads.append(threading.Thread(target=follower.ask_for_changes))
    plan = source.plan()
    if isinstance(plan, Rec) and plan.event_delivery == "channel":
        threads.append(threading.Thread(target=Channel(follower).keep_open))
    for thread in threads:
        thread.start()
    while not follower.stop.is_set():
        readable, _, _ = select.select([sys.stdin], [], [], 0.2)
        if readable and not sys.stdin.buffer.read1(1 << 10):
            follower.stop.set()
    follower.came.set()
    source.cancel()
    server.shutdown()
    for thread in threads:
        thread.join()


class Follower:
    """What came, and what is done about it."""

    def __init__(self, source: Source, runs: Runs, say: Say) -> None:
        self.source, self.runs, self.say = source, runs, say
        self.stop, self.came = threading.Event(), threading.Event()
        # Something may have been missed: everything is read once.
        self.owes_full_run = threading.Event()

    def keep(self, events: list[Rec]) -> None:
        """Store events. Raises `Refused` when that fails, and `Ended` for events that break the contract."""
        is_right = len(events) <= bounds.EVENTS and all(
            1 <= len(event.id.encode()) <= bounds.EVENT_ID_BYTES
            and len(event.kind.encode()) <= bounds.EVENT_KIND_BYTES
            and len(event.payload.encode()) <= bounds.EVENT_PAYLOAD_BYTES
            and len(event.subjects) <= bounds.EVENT_SUBJECTS
            for event in events
        )
        if not is_right:
            raise Ended(broken("an event breaks the contract"))
        if events:
            self.source.store.keep_events(events)
            self.came.set()

    # Deliveries.

    def receive(self, method: str, query: str, headers: list[tuple[str, str]], body: bytes) -> tuple[int, str, bytes]:
        """Status, content type and body of the answer. Why a delivery is refused is for the log."""
        handed_over = [
            Rec(name=name.lower(), value=value)
            for name, value in headers
            if name.lower() not in PRIVATE_HEADERS and not name.lower().startswith(PRIVATE_PREFIXES)
        ]
        delivery = Rec(method=method, query=query, headers=handed_over, body=text_or_bytes(body))
        try:
            answer = self.source.call("receive", delivery)
            if answer.tag == "err":
                raise Ended(answer.payload)
            receipt = answer.payload
            if not 200 <= receipt.status <= 599 or bounds.RECEIPT_BYTES < len(receipt.body.encode()):
                raise Ended(broken("its receipt breaks the contract"))
            self.keep(receipt.events)
        except Ended as ended:
            self.log("a delivery was refused", ended.failure.diagnosis)
            # What took too long is sent again. Of all else the sender learns nothing.
            is_late = ended.failure.diagnosis.code == "connector-overdue"
            return 503 if is_late else 403, "", b""
        except Refused as refusal:
            self.log("a delivery could not be kept", refusal.diagnosis)
            return 503, "", b""
        return receipt.status, CONTENT_TYPES[receipt.content_type], receipt.body.encode()

    def log(self, what: str, why: Rec) -> None:
        print(f"{what}: {why.code}: {why.message}", file=sys.stderr)

    # Acting on events.

    def act(self) -> None:
        """Handle what waits, batch by batch, and read everything where something may have been missed."""
        while not self.stop.is_set():
            if self.owes_full_run.is_set():
                self.owes_full_run.clear()
                self.say({"run": self.runs.sync(is_attended=False)})
            batch = next_batch(self.source.store.due_events(bounds.EVENTS))
            if not batch:
                self.came.wait(SPACING_S)
                self.came.clear()
                self.stop.wait(COALESCE_S)
            elif not self.handle(batch):
                # What a person must mend: nothing can be acted on until they have.
                return

    def handle(self, batch: list[Waiting]) -> bool:
        """One batch; whether to go on."""
        report, unfinished = self.runs.handle([event_of(event) for _, event, _, _ in batch])
        self.say({"run": report})
        failed = report["failure"]
        left = {
            one.id: {
                "kind": one.failure.kind,
                "diagnosis": shown(one.failure.diagnosis),
                "retry_after_ms": one.failure.retry_after_ms,
            }
            for one in unfinished
        }
        if self.source.is_cancelled:
            return True
        if failed is not None and failed["kind"] in ("settings", "permission"):
            self.say({"stopped": failed})
            return False
        is_taken_apart = failed is not None and 1 < len(batch) and blames_an_event(failed)
        for number, event, n_attempts, _ in batch:
            why = failed or left.get(event["id"])
            if why is None:
                self.source.store.settle_event(number, "done", n_attempts, 0, None)
            elif is_taken_apart:
                # One of them may be what it fails of: each goes alone now, and that costs none an attempt.
                self.source.store.settle_event(number, "waiting", n_attempts, now_ms(), why)
            else:
                state = "waiting" if n_attempts + 1 < ATTEMPTS else "failed"
                asked_ms = min(why.get("retry_after_ms") or 0, MOST_ASKED_MS)
                pause_ms = max(min(FIRST_BACKOFF_MS << n_attempts, MOST_BACKOFF_MS), asked_ms)
                self.source.store.settle_event(number, state, n_attempts + 1, now_ms() + pause_ms, why)
        return True

    # Asking.

    def ask_for_changes(self) -> None:
        """At first, because this host was out of reach until now, and then as often as the plan says."""
        plan = self.source.plan()
        while isinstance(plan, Rec) and not self.stop.is_set():
            self.fetch()
            if plan.poll_interval_ms is None:
                return
            self.stop.wait(plan.poll_interval_ms / 1000)

    def fetch(self) -> None:
        while not self.stop.is_set():
            cursor = self.source.store.note("cursor")
            try:
                answer = self.source.call("fetch-events", cursor)
                if answer.tag == "err":
                    raise Ended(answer.payload)
                fetched = answer.payload
                self.keep(fetched.events)
            except Ended as ended:
                return self.log("changes could not be fetched", ended.failure.diagnosis)
            except Refused as refusal:
                return self.log("changes could not be kept", refusal.diagnosis)
            # Only after its events: what it leads past is stored.
            if fetched.cursor is not None and len(fetched.cursor.encode()) <= bounds.CURSOR_BYTES:
                self.source.store.keep_note("cursor", fetched.cursor)
            if not fetched.more:
                return


# A stored event: its number, what it says, how often it was tried, and how it failed.
Waiting = tuple[int, dict[str, Any], int, Any]


def next_batch(due: list[Waiting]) -> list[Waiting]:
    """What goes together: everything, but for what may be poisonous, which goes alone."""
    if due and blames_an_event(due[0][3]):
        return due[:1]
    return [one for one in due if not blames_an_event(one[3])]


def blames_an_event(failed: dict[str, Any] | None) -> bool:
    """Whether a failure may be the fault of one event."""
    if failed is None:
        return False
    of_host = failed["kind"] == "host" and failed["diagnosis"]["code"].startswith("connector-")
    return of_host or failed["kind"] in ("protocol", "other")


def event_of(kept: dict[str, Any]) -> Rec:
    """An event as it was kept."""
    subjects = [key(**subject) for subject in kept["subjects"]]
    return Rec(**{**kept, "subjects": subjects})


class Server(http.server.ThreadingHTTPServer):
    """The callback address of one source."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], follower: Follower, name: str) -> None:
        super().__init__(address, Handler)
        self.follower, self.path = follower, f"/callbacks/{name}"
        self.turns = threading.Semaphore(DELIVERIES)


class Handler(http.server.BaseHTTPRequestHandler):
    """Takes GET and POST. Every header of the answer is the host's, so that no browser takes it for a page of this host."""

    server: Server
    server_version, sys_version = "rollcall", ""
    protocol_version = "HTTP/1.1"
    # Of a connection on which nothing comes.
    timeout = 30

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        address = urlsplit(self.path)
        length = self.headers.get("content-length", "0")
        if unquote(address.path) != self.server.path:
            return self.reply(404)
        if not length.isdecimal() or "transfer-encoding" in self.headers:
            return self.reply(411)
        if bounds.DELIVERY_BYTES < int(length) or bounds.QUERY_BYTES < len(address.query):
            return self.reply(413)
        body = self.rfile.read(int(length))
        if not self.server.turns.acquire(blocking=False):
            return self.reply(503)
        try:
            self.reply(*self.server.follower.receive(self.command, address.query, self.headers.items(), body))
        finally:
            self.server.turns.release()

    def reply(self, status: int, content_type: str = "", body: bytes = b"") -> None:
        self.send_response(status)
        if content_type:
            self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", "sandbox; default-src 'none'")
        self.send_header("x-content-type-options", "nosniff")
        self.send_header("cache-control", "no-store")
        # After a refusal the rest of what is sent is no next request.
        self.send_header("connection", "close")
        self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: a query may hold a signature."""


class Channel:
    """Keeps a channel open, and knows when nobody listened."""

    def __init__(self, follower: Follower) -> None:
        self._follower, self._source = follower, follower.source

    def keep_open(self) -> None:
        n_failed = 0
        while not self._follower.stop.is_set():
            began = time.monotonic()
            pause_s = self.attempt()
            # One that is sent away as soon as it comes is no success.
            n_failed = 0 if OPEN_S < time.monotonic() - began else n_failed + 1
            if pause_s is None:
                pause_s = (
                    min(FIRST_PAUSE_S * 2 ** (n_failed - 1), MOST_PAUSE_S) * random.uniform(0.5, 1) if n_failed else 0
                )
            self._follower.stop.wait(pause_s)

    def attempt(self) -> float | None:
        """One connection from its opening to its end; how long to wait for the next, where that was said."""
        try:
            answer = self._source.call("open-channel")
            if answer.tag == "err":
                raise Ended(answer.payload)
            if answer.payload is None:
                return PROBE_S
            with self.open(answer.payload) as connection:
                self.connected()
                return Line(self._follower, connection, answer.payload).listen()
        except Ended as ended:
            self._follower.log("no channel", ended.failure.diagnosis)
            if ended.failure.kind in ("settings", "permission"):
                return PROBE_S
            return max(ended.failure.retry_after_ms or 0, FIRST_PAUSE_S * 1000) / 1000
        except (Fault, Refused) as error:
            self._follower.log("no channel", error.diagnosis)
        except (OSError, WebSocketException) as error:
            self._follower.log("the channel broke", diagnosis("channel-lost", f"{type(error).__name__}"))
        return None

    def open(self, channel: Rec) -> ClientConnection:
        """A channel takes the same way as a request: granted origin, proxy, certificates."""
        origin = origin_of(channel.url.replace("wss:", "https:", 1))
        is_right = (
            channel.url.startswith("wss:")
            and len(channel.subprotocols) <= bounds.SUBPROTOCOLS
            and bounds.HEARTBEAT_MS <= channel.heartbeat_ms
            and len(channel.state.encode()) <= bounds.STATE_BYTES
        )
        if origin is None or not is_right:
            raise Ended(broken("its channel breaks the contract"))
        if origin not in self._source.egress.granted:
            why = diagnosis("origin-not-granted", f"origin {origin!r} is not granted to this source", origin=origin)
            raise Ended(failure("settings", why))
        host, port = host_and_port(origin)
        raw = self._source.egress.tunnel(host, port, Deadline(OPEN_S, origin))
        try:
            # No proxy of the environment, no heartbeats but ours.
            return connect(
                channel.url,
                sock=raw,
                ssl=self._source.egress.tls,
                server_hostname=host,
                subprotocols=channel.subprotocols or None,
                compression=None,
                proxy=None,
                open_timeout=OPEN_S,
                ping_interval=None,
                max_size=bounds.MESSAGE_BYTES,
            )
        except OSError as error:
            raise tls_fault(error, origin) from error

    def connected(self) -> None:
        heard_ms = self._source.store.note("heard")
        if heard_ms is None or GAP_S * 1000 < now_ms() - heard_ms:
            self._follower.owes_full_run.set()
            self._follower.came.set()
        self._source.store.keep_note("heard", now_ms())
        self._follower.say({"channel": "open"})


class Line:
    """One connection of a channel."""

    def __init__(self, follower: Follower, connection: ClientConnection, channel: Rec) -> None:
        self._follower, self._connection = follower, connection
        self._heartbeat_s, self._heartbeat = channel.heartbeat_ms / 1000, channel.heartbeat
        self._state = channel.state
        self._n_unanswered = 0
        self._pong: threading.Event | None = None

    def listen(self) -> float | None:
        """Until it ends: 0 where a new one is to be opened at once."""
        next_beat = time.monotonic() + self._heartbeat_s
        while not self._follower.stop.is_set():
            try:
                # Not for long: somebody may want to stop.
                message = self._connection.recv(min(0.2, max(0.0, next_beat - time.monotonic())))
            except TimeoutError:
                message = None
            if message is not None:
                self._n_unanswered = 0
                if self.take(message):
                    return 0
            if next_beat <= time.monotonic():
                if not self.beat():
                    return None
                next_beat = time.monotonic() + self._heartbeat_s
        return 0

    def beat(self) -> bool:
        """Send a heartbeat, unless two are unanswered: then the connection is dead."""
        if self._pong is not None and self._pong.is_set():
            self._n_unanswered = 0
        if bounds.UNANSWERED_HEARTBEATS <= self._n_unanswered:
            return False
        if self._n_unanswered == 0:
            self._follower.source.store.keep_note("heard", now_ms())
        self._n_unanswered += 1
        if self._heartbeat is None:
            self._pong = self._connection.ping()
        else:
            self._connection.send(self._heartbeat)
        return True

    def take(self, message: str | bytes) -> bool:
        """Understand a message, store its events, answer it; whether to open a new channel now."""
        body = message if isinstance(message, str) else text_or_bytes(message)
        answer = self._follower.source.call("frame", self._state, body)
        if answer.tag == "err":
            self._follower.log("a message was not understood", answer.payload.diagnosis)
            return False
        reaction = answer.payload
        check_reaction(reaction)
        try:
            self._follower.keep(reaction.events)
            replies = reaction.replies
        except Refused as refusal:
            self._follower.log("events could not be kept", refusal.diagnosis)
            replies = reaction.refusals
        for reply in replies:
            self._connection.send(reply)
        if reaction.heartbeat_ms is not None:
            self._heartbeat_s = reaction.heartbeat_ms / 1000
        if reaction.state is not None:
            self._state = reaction.state
        return reaction.reconnect


def check_reaction(reaction: Rec) -> None:
    """Raises `Ended` for a reaction that breaks the contract."""
    answers = [*reaction.replies, *reaction.refusals]
    sizes = [len(one if isinstance(one, bytes) else one.encode()) for one in answers]
    is_right = (
        max(len(reaction.replies), len(reaction.refusals)) <= bounds.REPLIES
        and all(size <= bounds.REPLY_BYTES for size in sizes)
        and (reaction.heartbeat_ms is None or bounds.HEARTBEAT_MS <= reaction.heartbeat_ms)
        and (reaction.state is None or len(reaction.state.encode()) <= bounds.STATE_BYTES)
    )
    if not is_right:
        raise Ended(broken("its reaction breaks the contract"))
