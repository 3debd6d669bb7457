"""The way out: origins, redirects, proxies, certificates, sizes, and what kind of fault each failure is."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import bounds
import pytest
from egress import Bucket, Deadline, Egress, Fault, origin_of
from sealed import Seal
from wit import Rec

Answer = Callable[[bytes], bytes | None]


class Peer:
    """A server that answers the head of each request with bytes, or closes without a word."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.heads: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                byte = connection.recv(1)
                if not byte:
                    return
                head += byte
            self.heads.append(head)
            answer = self._answer(head)
            if answer is not None:
                connection.sendall(answer)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def peer() -> Iterator[Callable[[Answer | bytes], Peer]]:
    """Servers that end with the test."""
    peers = []

    def start(answer: Answer | bytes) -> Peer:
        peers.append(Peer(answer if callable(answer) else lambda _: answer))
        return peers[-1]

    yield start
    for one in peers:
        one.close()


def http(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def egress_to(*origins: str, proxy: str | None = None) -> Egress:
    egress = Egress(proxy, None, list(origins))
    egress.grant([Rec(origin=origin, optional=False) for origin in origins])
    return egress


def ask(egress: Egress, url: str, seals: list[Seal] | None = None, **more: Any) -> Any:
    """The response, or the kind of the fault and its code."""
    members = {"method": "GET", "headers": [], "body": "", "bucket": None, "timeout_ms": None, **more}
    result = egress.send(Rec(url=url, **members), seals or [], lambda: False)
    return result.payload if result.tag == "ok" else (result.payload.kind, result.payload.diagnosis.code)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_only_granted_origins_are_asked(peer: Any) -> None:
    server = peer(http(b"hello"))
    url = f"http://{server.address}/x"
    assert ask(egress_to(f"http://{server.address}"), url).body == "hello"
    assert ask(egress_to("http://127.0.0.1:1"), url) == ("denied", "origin-not-granted")
    assert len(server.heads) == 1


def test_an_origin_has_no_default_port_and_no_path() -> None:
    assert origin_of("https://A.example:443/x?y#z") == "https://a.example"
    assert origin_of("http://a.example:8080") == "http://a.example:8080"
    assert origin_of("https://[::1]/") == "https://[::1]"
    assert [origin_of(url) for url in ("ftp://a/", "https://me@a/", "/x", "https://a:x/", "https:///")] == [None] * 5


def test_a_redirect_is_a_response_like_any_other(peer: Any) -> None:
    server = peer(http(b"", "302 Found", "location: /elsewhere"))
    response = ask(egress_to(f"http://{server.address}"), f"http://{server.address}/")
    assert (response.status, len(server.heads)) == (302, 1)


def test_no_proxy_of_the_environment_is_asked(peer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server, proxy = peer(http(b"hello")), peer(http())
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://{proxy.address}")
    assert ask(egress_to(f"http://{server.address}"), f"http://{server.address}/").body == "hello"
    assert proxy.heads == []


def test_a_proxy_is_asked_for_a_tunnel_with_its_login(peer: Any) -> None:
    proxy = peer(b"HTTP/1.1 200 Connected\r\n\r\n" + http(b"through"))
    egress = egress_to("http://a.example", proxy=f"http://me:p%40ss@{proxy.address}")
    assert ask(egress, "http://a.example/x").body == "through"
    assert proxy.heads[0].startswith(b"CONNECT a.example:80 HTTP/1.1\r\n")
    assert b"\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n" in proxy.heads[0]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 407 No\r\n\r\n", ("proxy-refused", "proxy-auth-failed")),
        (b"HTTP/1.1 401 No\r\n\r\n", ("proxy-refused", "proxy-auth-failed")),
        (b"HTTP/1.1 403 No\r\n\r\n", ("proxy-refused", "proxy-refused")),
        (b"HTTP/1.1 405 No\r\n\r\n", ("proxy-refused", "proxy-no-tunnels")),
        (b"HTTP/1.1 302 No\r\nlocation: http://login.example/\r\n\r\n", ("proxy-refused", "proxy-redirects")),
        (b"HTTP/1.1 502 No\r\n\r\n", ("not-sent", "proxy-cannot-reach")),
        (b"\x05\xff", ("not-sent", "proxy-not-http")),
        (b"", ("not-sent", "proxy-closes")),
    ],
)
def test_what_a_proxy_says_is_told_apart(peer: Any, answer: bytes, expected: Any) -> None:
    proxy = peer(answer)
    assert ask(egress_to("http://a.example", proxy=f"http://me:pw@{proxy.address}"), "http://a.example/") == expected


def test_a_proxy_that_is_not_there_may_come_back() -> None:
    egress = egress_to("http://a.example", proxy=f"http://127.0.0.1:{free_port()}")
    assert ask(egress, "http://a.example/") == ("proxy-unreachable", "proxy-unreachable")


def test_a_wrong_password_is_tried_once_however_many_ask(peer: Any) -> None:
    proxy = peer(b"HTTP/1.1 407 No\r\n\r\n")
    egress = egress_to("http://a.example", proxy=f"http://me:wrong@{proxy.address}")
    told: list[Any] = []
    threads = [threading.Thread(target=lambda: told.append(ask(egress, "http://a.example/"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [("proxy-refused", "proxy-auth-failed")] * 8
    assert len(proxy.heads) == 1


def test_who_does_not_answer_tls_is_not_trusted_with_anything(peer: Any) -> None:
    server = peer(http())
    origin = f"https://{server.address}"
    assert ask(egress_to(origin), f"{origin}/", timeout_ms=300) == ("not-sent", "tls-failed")
    assert not any(b"GET" in head for head in server.heads)


def test_where_nobody_listens_nothing_was_sent() -> None:
    origin = f"http://127.0.0.1:{free_port()}"
    assert ask(egress_to(origin), origin) == ("not-sent", "connect-failed")
    assert ask(egress_to("http://no.invalid"), "http://no.invalid/") == ("not-sent", "name-not-found")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"", ("interrupted", "connection-lost")),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel", ("interrupted", "connection-lost")),
        (b"no http", ("interrupted", "connection-lost")),
        (http(b"x", "200 OK", "content-encoding: br"), ("other", "encoding-unknown")),
        (http(gzip.compress(b"hello")[:-4], "200 OK", "content-encoding: gzip"), ("interrupted", "connection-lost")),
        (http(b"no gzip", "200 OK", "content-encoding: gzip"), ("interrupted", "connection-lost")),
        (
            http(gzip.compress(bytes((16 << 20) + 1)), "200 OK", "content-encoding: gzip"),
            ("too-large", "response-too-large"),
        ),
        (http(bytes((16 << 20) + 1)), ("too-large", "response-too-large")),
    ],
)
def test_what_is_no_whole_response_is_told_apart(peer: Any, answer: bytes, expected: Any) -> None:
    origin = f"http://{peer(answer).address}"
    assert ask(egress_to(origin), origin) == expected


def test_a_response_is_decompressed_and_text_wherever_it_can_be(peer: Any) -> None:
    packed = (
        f"http://{peer(http(gzip.compress('飞花'.encode()), '200 OK', 'Content-Encoding: gzip', 'X-Y: z')).address}"
    )
    response = ask(egress_to(packed), packed)
    assert (response.body, [(one.name, one.value) for one in response.headers]) == ("飞花", [("x-y", "z")])
    binary = f"http://{peer(http(bytes([0xFF, 0]))).address}"
    assert ask(egress_to(binary), binary).body == bytes([0xFF, 0])


def test_a_server_that_is_silent_is_waited_for_as_long_as_was_said(peer: Any) -> None:
    origin = f"http://{peer(lambda _: time.sleep(5)).address}"
    assert ask(egress_to(origin), origin, timeout_ms=100) == ("timed-out", "timed-out")


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "get"},
        {"method": "CONNECT"},
        {"url": "/x"},
        {"url": "http://a.example/\r\nx"},
        {"url": "http://a.example/" + "x" * bounds.URL_BYTES},
        {"headers": [Rec(name="Host", value="x")]},
        {"headers": [Rec(name="Proxy-Authorization", value="x")]},
        {"headers": [Rec(name="x", value="a\r\nb: c")]},
        {"headers": [Rec(name="x y", value="a")]},
        {"headers": [Rec(name="x", value="a")] * 65},
        {"body": "x" * (bounds.BODY_BYTES + 1)},
    ],
)
def test_a_request_that_breaks_the_contract_is_not_sent(wrong: Any) -> None:
    egress = egress_to("http://a.example", proxy=f"http://127.0.0.1:{free_port()}")
    assert ask(egress, **{"url": "http://a.example/", **wrong}) == ("other", "request-invalid")


def test_a_secret_goes_where_it_may_and_does_not_come_back(peer: Any) -> None:
    server = peer(http(b'{"you":"canary-secret"}', "200 OK", "x-you: canary-secret"))
    origin = f"http://{server.address}"
    seal = Seal("/secret", "sealed-" + "a" * 26, "canary-secret", frozenset([origin]))
    headers = [Rec(name="authorization", value=f"Bearer {seal.token}")]
    response = ask(egress_to(origin), origin, [seal], headers=headers)
    assert b"\r\nauthorization: Bearer canary-secret\r\n" in server.heads[0]
    assert response.body == f'{{"you":"{seal.token}"}}'
    assert "canary" not in repr([one.value for one in response.headers])
    elsewhere = Seal("/secret", seal.token, "canary-secret", frozenset(["https://other.example"]))
    assert ask(egress_to(origin), origin, [elsewhere], headers=headers) == ("denied", "secret-not-for-origin")


class Clock:
    """Time that passes while somebody sleeps, and not otherwise."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_requests_of_a_bucket_are_evenly_spaced_and_held_back_together(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("egress.time", clock)
    bucket, left = Bucket(0.25), []

    def leave() -> None:
        bucket.turn(lambda: False)
        left.append(clock.now)

    for _ in range(3):
        leave()
    bucket.hold(2)
    for _ in range(2):
        leave()
    assert left == pytest.approx([0, 0.25, 0.5, 2.5, 2.75])


def test_a_turn_is_not_waited_for_once_the_call_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("egress.time", clock)
    bucket = Bucket(3600)
    bucket.turn(lambda: False)
    bucket.turn(lambda: 1 <= clock.now)
    assert clock.now == pytest.approx(1, abs=0.11)


def test_a_deadline_that_is_over_is_a_fault() -> None:
    with pytest.raises(Fault) as over:
        Deadline(0, "http://a.example").left_s()
    assert over.value.kind == "timed-out"
