"""The executor: `async def` over the one place where a connector waits. There are no threads, and no event loop is needed.

A coroutine that awaits a `Ticket` sleeps until the host names it. Those that run side by side are begun by `together`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Coroutine, Generator
from typing import Any

from wit_world.imports import host, http_client, tasks
from wit_world.imports.http_client import Fault, HttpRequest, HttpResponse

# Tickets that one `wait` names at most: as many requests as may be outstanding.
MAX_WAIT = 256

# The longest timer, in milliseconds. Source: the contract, `tasks.begin-timer`.
MAX_TIMER_MS = 3_600_000


class Stalled(RuntimeError):
    """The connector waits for something that was never begun: a mistake in it."""


class Ticket:
    """Work that the host has begun. Awaited once."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __await__(self) -> Generator[Ticket | Task, None, None]:
        yield self


class Task:
    """A coroutine under way beside others. Awaiting it gives what it returns, or raises what it raises."""

    def __init__(self, coroutine: Coroutine[Any, None, Any]) -> None:
        self.coroutine = coroutine
        self.is_done = False
        self.waiter: Task | None = None
        self.result: Any = None
        self.error: BaseException | None = None

    def __await__(self) -> Generator[Ticket | Task, None, Any]:
        if not self.is_done:
            yield self
        if self.error is not None:
            raise self.error
        return self.result


# Tasks that can go on now; those that wait for a ticket, by its number; tickets that were ready before anyone waited.
_ready: deque[Task] = deque()
_waiting: dict[int, Task] = {}
_early: set[int] = set()


def run(coroutine: Coroutine[Any, None, Any]) -> Any:
    """Run to the end, waiting where it waits. An instance lives for one call of the host, and so does what it waits for."""
    main = begin(coroutine)
    while not main.is_done:
        while _ready:
            _step(_ready.popleft())
        if main.is_done:
            break
        named = tasks.wait(MAX_WAIT)
        if not named:
            raise Stalled("the connector waits for something that was never begun")
        for number in named:
            if number in _waiting:
                _ready.append(_waiting.pop(number))
            else:
                _early.add(number)
    if main.error is not None:
        raise main.error
    return main.result


def begin(coroutine: Coroutine[Any, None, Any]) -> Task:
    """Let a coroutine run beside the one that begins it."""
    task = Task(coroutine)
    _ready.append(task)
    return task


async def together(*coroutines: Coroutine[Any, None, Any]) -> list[Any]:
    """Run all of them at the same time; what they return, in their order."""
    begun = [begin(coroutine) for coroutine in coroutines]
    return [await task for task in begun]


def _step(task: Task) -> None:
    """Go on with a task until it waits or ends."""
    try:
        awaited = task.coroutine.send(None)
    except StopIteration as end:
        task.result = end.value
    except Exception as error:  # Not lost: whoever awaits the task gets it.
        task.error = error
    else:
        _sleep(task, awaited)
        return
    task.is_done = True
    if task.waiter is not None:
        _ready.append(task.waiter)


def _sleep(task: Task, awaited: Ticket | Task) -> None:
    if isinstance(awaited, Task):
        awaited.waiter = task
    elif awaited.number in _early:
        _early.remove(awaited.number)
        _ready.append(task)
    else:
        _waiting[awaited.number] = task


async def send(request: HttpRequest) -> HttpResponse | Fault:
    """Send a request and wait for what comes of it."""
    (number,) = http_client.begin([request])
    await Ticket(number)
    (result,) = http_client.take([number])
    return result.value


async def sleep(delay_ms: int) -> None:
    """Wait for so many milliseconds."""
    while 0 < delay_ms:
        timer_ms = min(delay_ms, MAX_TIMER_MS)
        await Ticket(tasks.begin_timer(timer_ms))
        delay_ms -= timer_ms


def random_number() -> int:
    """A number that nobody can guess. Python's own `random` may repeat itself in each call."""
    return int.from_bytes(host.random(8))
