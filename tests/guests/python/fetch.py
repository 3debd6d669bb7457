"""Getting one file of a roster: redirects, what each status means, and when to try again."""

from __future__ import annotations

import re
from typing import NoReturn

from componentize_py_types import Err
from files import text_of
from rows import File
from settings import Address
from waiting import random_number, send, sleep
from wit_world.imports import http_client
from wit_world.imports.http_client import Fault, FaultKind, HttpRequest, HttpResponse
from wit_world.imports.model import Body, Body_Text, Diagnosis, FailureKind, NameValue
from words import Text, failure

# Milliseconds that a roster may take to arrive: 16 MiB, the reference host's largest response, over a line of 2 Mbit/s.
REQUEST_TIMEOUT_MS = 60_000

# Redirects that are followed for one file: an export moves once or twice; more is a circle.
MAX_REDIRECTS = 5

# Statuses by which a server says that a file is elsewhere. Source: RFC 9110, section 15.4.
ELSEWHERE = (301, 302, 303, 307, 308)

# Attempts at one file where the server does not say how long to wait; the waits double from the first on.
MAX_ATTEMPTS, FIRST_BACKOFF_MS, MAX_BACKOFF_MS = 5, 1_000, 60_000

# Milliseconds that one file may be waited for in all because the server says how long.
MAX_TOLD_WAIT_MS = 300_000

# Faults that pass. Trying again after another may lock the proxy's account, or changes nothing.
PASSING = (
    FaultKind.PROXY_UNREACHABLE,
    FaultKind.UNTRUSTED,
    FaultKind.NOT_SENT,
    FaultKind.TIMED_OUT,
    FaultKind.INTERRUPTED,
)

ABOUT_THE_WAY = (FaultKind.PROXY_UNREACHABLE, FaultKind.UNTRUSTED)


class Again(Exception):
    """What passes: the failure to end with, and how many milliseconds the server asked to wait."""

    def __init__(self, why: Diagnosis, asked_ms: int | None = None) -> None:
        self.failure = failure(FailureKind.UNAVAILABLE, why, asked_ms)
        self.asked_ms = asked_ms


class Fetcher:
    """Gets files, and remembers whether the server was ever reached."""

    def __init__(self, authorization: str | None) -> None:
        self.authorization = authorization
        self.was_answered = False

    async def fetch(self, address: Address) -> str:
        """The text of a file, trying again while that can help. A failure names who must act."""
        n_attempts = n_untold = told_ms = 0
        while True:
            try:
                response = await self.get(address, is_first=n_attempts == 0)
                return text_of(address.file, judge(address.file, response))
            except Again as again:
                n_attempts += 1
                wait_ms = backoff_ms(n_attempts, again.asked_ms, random_number())
                if again.asked_ms is None:
                    n_untold += 1
                    if MAX_ATTEMPTS <= n_untold:
                        raise again.failure from again
                elif MAX_TOLD_WAIT_MS < told_ms + wait_ms:
                    raise waited_long_enough(again.failure, told_ms, wait_ms) from again
                else:
                    told_ms += wait_ms
            await sleep(wait_ms)

    async def get(self, address: Address, is_first: bool) -> HttpResponse:
        """Ask once. What authorises goes to no other origin."""
        headers = [NameValue("accept", "application/json, text/csv, text/plain;q=0.9, */*;q=0.1")]
        if self.authorization is not None:
            headers.append(NameValue("authorization", self.authorization))
        url = address.url
        for n_redirects in range(MAX_REDIRECTS + 1):
            answer = await send(HttpRequest("GET", url, headers, Body_Text(""), None, REQUEST_TIMEOUT_MS))
            if isinstance(answer, Fault):
                self.fail(answer, is_first)
            self.was_answered = True
            target = redirected(url, answer)
            if target is None or n_redirects == MAX_REDIRECTS:
                break
            if origin_of(url) != origin_of(target):
                headers = [header for header in headers if header.name != "authorization"]
            url = target
        if answer.status == 429:
            # The plan has no limits: nothing is asked often enough.
            http_client.throttled(None, 0)
        return answer

    def fail(self, fault: Fault, is_first: bool) -> NoReturn:
        """Say who must act where nothing came back."""
        # Once more at most where nobody was ever reached, for a proxy that is just being started.
        if fault.kind in ABOUT_THE_WAY and not self.was_answered and not is_first:
            raise failure(FailureKind.UNAVAILABLE, fault.diagnosis)
        if fault.kind in PASSING:
            raise Again(fault.diagnosis)
        raise failure(FailureKind.HOST, fault.diagnosis)


def backoff_ms(attempt: int, asked_ms: int | None, random: int) -> int:
    """Milliseconds before an attempt (the second is 1): doubling, with up to half of it on top, never less than asked for."""
    doubled = min(FIRST_BACKOFF_MS << min(attempt - 1, 16), MAX_BACKOFF_MS)
    base = max(doubled, asked_ms or 0)
    return base + random % (base // 2 + 1)


def waited_long_enough(after: Err, told_ms: int, wait_ms: int) -> Err:
    """The same failure, saying how long it was waited for."""
    waited_s, wait_s, bound_s = -(-told_ms // 1000), -(-wait_ms // 1000), MAX_TOLD_WAIT_MS // 1000
    why = after.value.diagnosis
    why.message = (
        f"{why.message.rstrip('.')}; the source asks for another {wait_s} s, and {waited_s} s of the {bound_s} s that a "
        "request may wait are over"
    )
    for said in why.translations:
        said.message = f"{said.message.rstrip('。')}；来源要求再等待 {wait_s} 秒，而单个请求最多等待 {bound_s} 秒，已等待 {waited_s} 秒"
    why.facts.append(NameValue("waited_s", str(waited_s)))
    return after


def judge(file: File, response: HttpResponse) -> Body:
    """The body, or what another status means. A GET changes nothing, so whatever passes may be tried again."""
    match response.status:
        case 200:
            return response.body
        case 401 | 403:
            raise failure(FailureKind.PERMISSION, by_status(file, response, *REFUSED))
        case 404:
            # It may be about to be replaced, and events that wait for it go on by themselves.
            raise failure(FailureKind.UNAVAILABLE, by_status(file, response, *NOT_FOUND))
        case 410:
            raise failure(FailureKind.SETTINGS, by_status(file, response, *NOT_FOUND))
        case 408 | 425 | 429:
            raise Again(by_status(file, response, *BUSY), retry_after_ms(response))
        case status if 500 <= status <= 599:
            raise Again(by_status(file, response, *BUSY), retry_after_ms(response))
        case _:
            raise failure(FailureKind.SETTINGS, by_status(file, response, *UNEXPECTED))


def retry_after_ms(response: HttpResponse) -> int | None:
    """`Retry-After` in seconds. Its other form, a date, is left to our own back-off."""
    value = header(response, "retry-after") or ""
    return int(value) * 1000 if re.fullmatch(r"\s*[0-9]{1,9}\s*", value) else None


def header(response: HttpResponse, name: str) -> str | None:
    """The value of a header; none where it is not there."""
    return next((one.value for one in response.headers if one.name == name), None)


def redirected(url: str, response: HttpResponse) -> str | None:
    """Where a response sends its reader, as an absolute address; none where it does not, or where that makes no sense."""
    location = header(response, "location")
    if response.status not in ELSEWHERE or location is None:
        return None
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    location = location.partition("#")[0]
    if re.match("https?://", location):
        target = location
    elif location.startswith("//"):
        target = f"{scheme}:{location}"
    elif location.startswith("/"):
        target = f"{scheme}://{authority}{location}"
    else:
        folder = re.split("[?#]", path)[0].rpartition("/")[0]
        target = f"{scheme}://{authority}/{folder}{'/' if folder else ''}{location}"
    return target if re.fullmatch(r"https?://[^/?\s]+([/?][!-~]*)?", target) else None


def origin_of(url: str) -> str:
    """What comes before the path."""
    scheme, _, rest = url.partition("://")
    authority = re.split("[/?#]", rest)[0]
    return f"{scheme}://{authority.lower()}"


# Of each meaning of a status: the code, the sentence, what to do.
Meaning = tuple[str, Text, Text]

REFUSED: Meaning = (
    "roster-refused",
    ("the server refuses to hand it out", "服务器拒绝提供该文件"),
    (
        "check `authorization`, and whether the server allows the address that requests come from",
        "请检查 authorization，以及服务器是否允许本方出口 IP 访问",
    ),
)
NOT_FOUND: Meaning = (
    "roster-not-found",
    ("there is no such file", "文件不存在"),
    (
        "check the address, and whether the export has put the file there",
        "请检查地址，以及导出程序是否已把文件放到该处",
    ),
)
BUSY: Meaning = (
    "server-unavailable",
    ("the server cannot answer now", "服务器暂时无法响应"),
    ("try again later", "请稍后重试"),
)
UNEXPECTED: Meaning = (
    "unexpected-status",
    ("the server answers without a file", "服务器没有返回文件"),
    ("open the address in a browser and check it", "请在浏览器中打开该地址进行检查"),
)


def by_status(file: File, response: HttpResponse, code: str, said: Text, remedy: Text) -> Diagnosis:
    status = response.status
    message = (f"{said[0]} (status {status})", f"{said[1]}（状态码 {status}）")
    return file.diagnosis(code, message, remedy, status=status)
