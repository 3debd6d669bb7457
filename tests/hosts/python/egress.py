"""Requests and channels on their way out: granted origins, the proxy, certificates, rate limits, sealed secrets.

A connection is dialled here, step by step, so that each step has the kind of fault that the contract gives it; what goes
over it is the standard library's, which follows no redirect and asks no environment for a proxy.
"""

from __future__ import annotations

import base64
import http.client
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import bounds
import documents
from sealed import Misuse, Outgoing, Scrubber, Seal, fill
from wasmtime.component import Variant
from wit import Rec, diagnosis, invalid

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")

# Headers that are the host's own.
HOST_HEADERS = {
    *("host", "content-length", "accept-encoding", "expect", "connection", "keep-alive", "proxy-authenticate"),
    *("proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
}

DEFAULT_PORTS = {"https": 443, "http": 80}

# Bytes of a proxy's answer to a CONNECT.
CONNECT_ANSWER_BYTES = 16 << 10


class Fault(Exception):
    """Why no response came back."""

    def __init__(self, kind: str, why: Rec) -> None:
        super().__init__(why.message)
        self.kind, self.diagnosis = kind, why

    @property
    def result(self) -> Variant:
        """The same as the contract has it."""
        return Variant("err", Rec(kind=self.kind, diagnosis=self.diagnosis))


def fault(kind: str, code: str, message: str, remedy: str | None = None, **facts: object) -> Fault:
    """A fault in this host's words."""
    return Fault(kind, diagnosis(code, message, remedy, **facts))


def origin_of(url: str) -> str | None:
    """`scheme://host[:port]`, the port only where it is not the scheme's own; none for what is no such address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    suffix = "" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{suffix}"


class Proxy:
    """An HTTP proxy: `http://[user:password@]host:port`. SOCKS is not spoken here."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"a proxy is written http://host:port, found the scheme {parts.scheme!r}")
        self.host, self.port = parts.hostname, parts.port or 80
        self.password = unquote(parts.password or "")
        login = f"{unquote(parts.username or '')}:{self.password}".encode()
        self.authorization = f"Basic {base64.b64encode(login).decode()}" if parts.username else None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Egress:
    """The way out of one source, shared by all its calls."""

    def __init__(self, proxy: str | None, ca_file: Path | None, allow: list[str] | None) -> None:
        self.proxy = Proxy(proxy) if proxy else None
        self.allow = allow
        self.granted: set[str] = set()
        self._tls = ssl.create_default_context()
        if ca_file is not None:
            self._tls.load_verify_locations(ca_file)
        self._buckets: dict[str | None, Bucket] = {None: Bucket(0.0)}
        # Of a login that nobody has tried yet, one connection at a time tries it.
        self._login = threading.Lock()
        self._is_login_known = False
        self._barred: Fault | None = None

    def grant(self, origins: Iterable[Rec]) -> list[str]:
        """Grant what the plan names and the administrator allows; the origins that are needed and not allowed."""
        planned = list(origins)
        allowed = self.allow
        if allowed is None:
            allowed = [one.origin for one in planned if one.origin.startswith("https://")]
        self.granted = {origin for origin in map(origin_of, allowed) if origin is not None}
        return [one.origin for one in planned if not one.optional and origin_of(one.origin) not in self.granted]

    def limit(self, limits: Iterable[Rec]) -> None:
        """Keep these limits. What left before still counts."""
        for one in limits:
            spacing_s = one.window_ms / one.requests / 1000
            self._buckets.setdefault(one.bucket, Bucket(spacing_s)).spacing_s = spacing_s

    def hold(self, bucket: str | None, wait_ms: int) -> None:
        """The source asked for fewer requests of a bucket."""
        if bucket is not None and bucket in self._buckets:
            self._buckets[bucket].hold(wait_ms / 1000)

    # Requests.

    def send(self, request: Rec, seals: list[Seal], is_cancelled: Callable[[], bool]) -> Variant:
        """A response, or why there is none."""
        try:
            return Variant("ok", self._send(request, seals, is_cancelled))
        except Fault as error:
            return error.result

    def _send(self, request: Rec, seals: list[Seal], is_cancelled: Callable[[], bool]) -> Rec:
        headers = [(header.name, header.value) for header in request.headers]
        outgoing = Outgoing(request.method, request.url, headers, request.body)
        origin = check(outgoing)
        if origin not in self.granted:
            message = f"origin {origin!r} is not granted to this source; nothing was sent there"
            raise fault("denied", "origin-not-granted", message, origin=origin)
        try:
            outgoing = fill(seals, outgoing, origin)
        except Misuse as misuse:
            raise fault("denied", misuse.code, str(misuse)) from misuse
        # Sizes count with the secrets in place.
        check(outgoing)
        bucket = self._buckets.get(request.bucket, self._buckets[None])
        with bucket.places:
            bucket.turn(is_cancelled)
            if is_cancelled():
                raise fault("cancelled", "cancelled", "the run was cancelled")
            limit_s = (
                bounds.REQUEST_S if request.timeout_ms is None else min(request.timeout_ms / 1000, bounds.REQUEST_S)
            )
            return _exchange(self, outgoing, origin, Scrubber(seals), Deadline(limit_s, origin))

    # Connections.

    def dial(self, origin: str, deadline: Deadline) -> socket.socket:
        """A connection to an origin, through the proxy where there is one, and encrypted where it is `https`."""
        host, port = host_and_port(origin)
        raw = self.tunnel(host, port, deadline)
        if not origin.startswith("https:"):
            return raw
        try:
            raw.settimeout(deadline.left_s())
            return self._tls.wrap_socket(raw, server_hostname=host)
        except OSError as error:
            raw.close()
            raise tls_fault(error, origin) from error

    @property
    def tls(self) -> ssl.SSLContext:
        """What is trusted."""
        return self._tls

    def tunnel(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        """A connection on which nobody has spoken yet. A proxy is never bypassed."""
        if self.proxy is None:
            return self._connect(host, port, deadline)
        if self._barred is not None:
            raise self._barred
        if self.proxy.authorization is None or self._is_login_known:
            return self._through(self.proxy, host, port, deadline)
        with self._login:
            if self._barred is not None:
                raise self._barred
            raw = self._through(self.proxy, host, port, deadline)
            self._is_login_known = True
            return raw

    def _connect(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        try:
            return socket.create_connection((host, port), min(deadline.left_s(), bounds.CONNECT_S))
        except socket.gaierror as error:
            raise fault("not-sent", "name-not-found", f"{host!r} was not found: {error}", host=host) from error
        except OSError as error:
            message = f"cannot connect to {host}:{port}: {error}"
            raise fault("not-sent", "connect-failed", message, target=f"{host}:{port}") from error

    def _through(self, proxy: Proxy, host: str, port: int, deadline: Deadline) -> socket.socket:
        patience_s = min(deadline.left_s(), bounds.CONNECT_S)
        try:
            raw = socket.create_connection((proxy.host, proxy.port), patience_s)
        except OSError as error:
            message = f"proxy {proxy} cannot be reached: {error}"
            remedy = "Check the proxy's address and port, and that this host may connect to it."
            raise fault("proxy-unreachable", "proxy-unreachable", message, remedy, proxy=proxy) from error
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        login = f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
        try:
            raw.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{login}\r\n".encode())
            answer = _connect_answer(raw)
        except TimeoutError as error:
            raw.close()
            raise fault(
                "not-sent", "proxy-silent", f"proxy {proxy} takes the connection and says nothing", proxy=proxy
            ) from error
        except OSError as error:
            raw.close()
            raise fault(
                "not-sent", "proxy-closes", f"proxy {proxy} ends the connection without an answer", proxy=proxy
            ) from error
        refusal = _refusal(proxy, target, answer)
        if refusal is None:
            return raw
        raw.close()
        if refusal.diagnosis.code.startswith("proxy-auth"):
            self._barred = refusal
        raise refusal


def _connect_answer(raw: socket.socket) -> bytes:
    """What a proxy says, byte by byte: what follows belongs to the target."""
    answer = b""
    while not answer.endswith(b"\r\n\r\n") and len(answer) < CONNECT_ANSWER_BYTES:
        byte = raw.recv(1)
        if not byte:
            break
        answer += byte
        if len(answer) == 5 and answer != b"HTTP/":
            break
    return answer


def _refusal(proxy: Proxy, target: str, answer: bytes) -> Fault | None:
    """What a proxy means that answers a CONNECT like this; none where it connects."""
    if not answer:
        return fault("not-sent", "proxy-closes", f"proxy {proxy} ends the connection without an answer", proxy=proxy)
    status_line = re.match(rb"HTTP/1\.[01] ([0-9]{3})", answer)
    if status_line is None:
        return fault("not-sent", "proxy-not-http", f"proxy {proxy} does not speak HTTP", proxy=proxy)
    status = int(status_line[1])
    if 200 <= status <= 299:
        return None
    # Tinyproxy answers a wrong password with 401. Nobody but the proxy can answer a CONNECT.
    if status in (401, 407):
        code = "proxy-auth-required" if proxy.authorization is None else "proxy-auth-failed"
        message = f"proxy {proxy} does not accept the name and password"
        remedy = "Correct the name and password of the proxy, then run again: more attempts may lock the account."
        return fault("proxy-refused", code, message, remedy, proxy=proxy)
    if 300 <= status <= 399:
        message = f"proxy {proxy} sends this host to a web page instead of connecting"
        return fault("proxy-refused", "proxy-redirects", message, proxy=proxy)
    if status in (400, 404, 405, 501):
        message = f"proxy {proxy} does not accept CONNECT: it answered {status}"
        return fault("proxy-refused", "proxy-no-tunnels", message, proxy=proxy)
    if 500 <= status:
        message = f"proxy {proxy} cannot reach {target}: it answered {status}"
        return fault("not-sent", "proxy-cannot-reach", message, proxy=proxy, target=target)
    message = f"proxy {proxy} refuses a connection to {target}: it answered {status}"
    return fault("proxy-refused", "proxy-refused", message, proxy=proxy, target=target)


def tls_fault(error: OSError, origin: str) -> Fault:
    """Why a connection could not be encrypted."""
    if isinstance(error, ssl.SSLCertVerificationError):
        message = f"nobody that is trusted vouches for {origin}: {error.verify_message}"
        return fault("untrusted", "tls-failed", message, target=origin)
    if isinstance(error, ssl.SSLError):
        return fault("not-sent", "not-tls", f"{origin} does not speak TLS: {error.reason}", target=origin)
    return fault("not-sent", "tls-failed", f"the TLS connection with {origin} failed: {error}", target=origin)


def host_and_port(origin: str) -> tuple[str, int]:
    """Where an origin is."""
    parts = urlsplit(origin)
    return parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]


class Deadline:
    """Until when a whole response must be there."""

    def __init__(self, limit_s: float, origin: str) -> None:
        self.limit_s, self.origin = limit_s, origin
        self._ends_at = time.monotonic() + limit_s

    def left_s(self) -> float:
        """Raises a fault once the time is over."""
        left_s = self._ends_at - time.monotonic()
        if left_s <= 0:
            raise self.over
        return left_s

    @property
    def over(self) -> Fault:
        message = f"{self.origin} did not answer completely within {self.limit_s:g} s"
        return fault("timed-out", "timed-out", message, origin=self.origin)


def _exchange(egress: Egress, request: Outgoing, origin: str, scrubber: Scrubber, deadline: Deadline) -> Rec:
    host, port = host_and_port(origin)
    connection = http.client.HTTPConnection(host, port)
    connection.sock = egress.dial(origin, deadline)
    try:
        connection.sock.settimeout(deadline.left_s())
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = request.body.encode() if isinstance(request.body, str) else request.body
        connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        own = {"host": parts.netloc.rpartition("@")[2], "accept-encoding": "gzip", "connection": "close"}
        if body or request.method in ("POST", "PUT", "PATCH"):
            own["content-length"] = str(len(body))
        for name, value in [*own.items(), *request.headers]:
            connection.putheader(name, value.encode())
        connection.endheaders(body or None)
        response = connection.getresponse()
        read = _read(response, connection.sock, deadline)
    except TimeoutError as error:
        raise deadline.over from error
    except (OSError, http.client.HTTPException, zlib.error) as error:
        message = f"{origin} or the way to it broke the connection before the whole response was there: {error}"
        raise fault("interrupted", "connection-lost", message, origin=origin) from error
    finally:
        connection.close()
    encoding = (response.getheader("content-encoding") or "identity").strip().lower()
    whole = scrubber.scrub(_decoded(read, encoding, origin))
    if documents.is_too_deep(whole):
        message = f"the response of {origin} is nested more than {bounds.RESPONSE_DEPTH} levels deep"
        raise fault("too-large", "response-too-deep", message, origin=origin)
    if bounds.RESPONSE_BYTES < len(whole):
        raise too_large(origin)
    headers = [
        Rec(name=name.lower(), value=scrubber.scrub(value.encode("latin-1")).decode(errors="replace"))
        for name, value in response.getheaders()
        if name.lower() not in ("content-encoding", "content-length", "transfer-encoding")
    ]
    return Rec(status=response.status, headers=headers, body=text_or_bytes(whole))


def _read(response: http.client.HTTPResponse, raw: socket.socket | None, deadline: Deadline) -> bytes:
    parts: list[bytes] = []
    n_bytes = 0
    while True:
        if raw is not None:
            raw.settimeout(deadline.left_s())
        part = response.read1(1 << 16)
        if not part:
            # What is shorter than it said it would be is no whole response.
            if response.length:
                raise http.client.IncompleteRead(b"", response.length)
            return b"".join(parts)
        parts.append(part)
        n_bytes += len(part)
        if bounds.RESPONSE_BYTES < n_bytes:
            raise too_large(deadline.origin)


def _decoded(body: bytes, encoding: str, origin: str) -> bytes:
    if encoding == "identity" or not body:
        return body
    if encoding not in ("gzip", "x-gzip"):
        message = f"{origin} compressed its response as {encoding!r}, which nobody asked for"
        raise fault("other", "encoding-unknown", message, origin=origin)
    inflater = zlib.decompressobj(wbits=31)
    try:
        whole = inflater.decompress(body, bounds.RESPONSE_BYTES + 1)
    except zlib.error as error:
        raise fault(
            "interrupted", "connection-lost", f"the response of {origin} cannot be decompressed", origin=origin
        ) from error
    if not inflater.eof and len(whole) <= bounds.RESPONSE_BYTES:
        raise fault("interrupted", "connection-lost", f"the compressed response of {origin} is cut off", origin=origin)
    return whole


def too_large(origin: str) -> Fault:
    message = f"the response of {origin} is larger than {bounds.RESPONSE_BYTES >> 20} MiB"
    return fault("too-large", "response-too-large", message, origin=origin)


def text_or_bytes(whole: bytes) -> str | bytes:
    """A body as the contract has it: text wherever it can be."""
    try:
        return whole.decode()
    except UnicodeDecodeError:
        return whole


def check(request: Outgoing) -> str:
    """The origin of a request that keeps the contract. Raises a fault for another."""
    what = _wrong(request)
    origin = origin_of(request.url)
    if what is not None or origin is None:
        raise Fault("other", invalid(what or "its url is none that can be asked"))
    return origin


def _wrong(request: Outgoing) -> str | None:
    if request.method not in METHODS:
        return f"its method is none of {', '.join(METHODS)}"
    if bounds.URL_BYTES < len(request.url.encode()):
        return f"its url has more than {bounds.URL_BYTES} bytes"
    if not re.fullmatch(r"[!-~]+", request.url):
        return "its url has characters that no url has"
    if bounds.HEADERS < len(request.headers):
        return f"it has more than {bounds.HEADERS} headers"
    for name, value in request.headers:
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
            return "the name of a header is invalid"
        if name.lower() in HOST_HEADERS:
            return f"header {name.lower()!r} is the host's own"
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
            return f"the value of header {name.lower()!r} is invalid"
    if bounds.BODY_BYTES < len(request.body if isinstance(request.body, bytes) else request.body.encode()):
        return f"its body has more than {bounds.BODY_BYTES} bytes"
    return None


class Bucket:
    """Requests of one rate limit: evenly spaced, so that a window, wherever it begins, never sees more than the limit."""

    def __init__(self, spacing_s: float) -> None:
        self.spacing_s = spacing_s
        self.places = threading.Semaphore(bounds.REQUESTS_PER_BUCKET)
        self._lock = threading.Lock()
        self._next = 0.0
        self._held_until = 0.0

    def hold(self, wait_s: float) -> None:
        """Let none leave for so long, those included that already wait."""
        with self._lock:
            self._held_until = max(self._held_until, time.monotonic() + wait_s)
            self._next = max(self._next, self._held_until)

    def turn(self, is_cancelled: Callable[[], bool]) -> None:
        """Return when the next may leave, or once the call is cancelled."""
        due = None
        while not is_cancelled():
            with self._lock:
                # Whoever waited when the source asked for time gets a new place behind it, evenly spaced again.
                if due is None or due < self._held_until:
                    due = max(self._next, time.monotonic())
                    self._next = due + self.spacing_s
                wait_s = due - time.monotonic()
            if wait_s <= 0:
                return
            time.sleep(min(wait_s, 0.1))
