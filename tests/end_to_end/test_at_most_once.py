"""A call runs at most once, and its error says whether it may have run, on failing connections.

Each call carries its own token, and the server counts how often each token ran. The faults follow
from a seed, which is part of the test's name. ``nox -s faults`` makes the long run.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import tuber
from tests.support.fault_proxy import Fault, FaultProxy, Stage, seeded_plan
from tests.support.live_server import LiveServer, live_server
from tests.support.shells import PATIENCE_SECONDS, Shell, hurry
from tuber import TuberNetworkError

CALLS = int(os.environ.get("TUBER_FAULT_CALLS", "400"))
SEEDS = range(int(os.environ.get("TUBER_FAULT_SEEDS", "1")))
# Long enough for a busy machine to answer; each stall takes as long.
TIMEOUT_SECONDS = 1.0
BATCH_CALLS = 4
AT_ONCE = 8
# One call out of this many is too long for the kernel's buffers.
LONG_EVERY = 12
BALLAST = "x" * 6_000_000

STALLS = (Stage.STALL_BEFORE_SERVER, Stage.STALL_REPLY)
CUTS = tuple(stage for stage in Stage if stage is not Stage.NONE and stage not in STALLS)
# Each stall costs a timeout, so stalls are rare.
STAGES = [*CUTS * 8, *STALLS]
TOKENS = [f"token {number}" for number in range(CALLS)]
BATCHES = [TOKENS[first : first + BATCH_CALLS] for first in range(0, CALLS, BATCH_CALLS)]


class Book:
    """The outcomes that the caller saw, by token."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def returned(self, tokens: list[str], results: list[Any]) -> None:
        assert results == tokens
        self.seen.update(dict.fromkeys(tokens, "returned"))

    def failed(self, tokens: list[str], error: TuberNetworkError) -> None:
        ran = "may have run" if error.may_have_run else "was not run"
        assert ran in str(error)
        self.seen.update(dict.fromkeys(tokens, ran))

    def check(self, runs: dict[str, int]) -> None:
        """Compare the outcomes with the server's counts, token by token."""
        allowed = {"returned": (1,), "was not run": (0,), "may have run": (0, 1)}
        wrong = [
            f"{token}: {seen!r}, but ran {runs.get(token, 0)} times"
            for token, seen in self.seen.items()
            if runs.get(token, 0) not in allowed[seen]
        ]
        assert not wrong
        assert set(runs) <= set(self.seen) == set(TOKENS)
        count = Counter(self.seen.values())
        assert count["returned"] <= sum(runs.values()) <= count["returned"] + count["may have run"]
        # The run met every kind of outcome.
        assert min(count["returned"], count["may have run"], count["was not run"]) > 0, count


def counter_at(kind: type[Any], hostname: str) -> Any:
    return kind("counter", hostname=hostname, timeout=TIMEOUT_SECONDS)


def call_of(counter: Any, token: str) -> Any:
    """Return the result, or an awaitable of it, without a description request first."""
    long = TOKENS.index(token) % LONG_EVERY == 0
    arguments = (token, BALLAST) if long else (token,)
    return counter._tuber_link.run(
        counter._tuber_link.session.call("counter", "increment", arguments, {})
    )


def batch_of(counter: Any, tokens: list[str]) -> Any:
    """Return the results of the batch, or an awaitable of them."""
    context = counter.tuber_context()
    for token in tokens:
        context.increment(token, *([BALLAST] if TOKENS.index(token) % LONG_EVERY == 0 else []))
    return context()


def one(counter: Any, token: str, book: Book) -> None:
    try:
        book.returned([token], [call_of(counter, token)])
    except TuberNetworkError as error:
        book.failed([token], error)


def single_calls(hostname: str, book: Book) -> None:
    with counter_at(tuber.SimpleTuberObject, hostname) as counter:
        for token in TOKENS:
            one(counter, token, book)


def threads(hostname: str, book: Book) -> None:
    with (
        counter_at(tuber.SimpleTuberObject, hostname) as counter,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        list(pool.map(lambda token: one(counter, token, book), TOKENS))


def batches(hostname: str, book: Book) -> None:
    with counter_at(tuber.SimpleTuberObject, hostname) as counter:
        for tokens in BATCHES:
            try:
                book.returned(tokens, batch_of(counter, tokens))
            except TuberNetworkError as error:
                book.failed(tokens, error)


async def await_one(counter: Any, token: str, book: Book) -> None:
    try:
        book.returned([token], [await call_of(counter, token)])
    except TuberNetworkError as error:
        book.failed([token], error)


async def awaited_single_calls(hostname: str, book: Book) -> None:
    async with counter_at(tuber.TuberObject, hostname) as counter:
        for token in TOKENS:
            await await_one(counter, token, book)


async def tasks(hostname: str, book: Book) -> None:
    async with counter_at(tuber.TuberObject, hostname) as counter:
        for first in range(0, CALLS, AT_ONCE):
            some = TOKENS[first : first + AT_ONCE]
            await asyncio.gather(*(await_one(counter, token, book) for token in some))


async def awaited_batches(hostname: str, book: Book) -> None:
    async with counter_at(tuber.TuberObject, hostname) as counter:
        for tokens in BATCHES:
            try:
                book.returned(tokens, await batch_of(counter, tokens))
            except TuberNetworkError as error:
                book.failed(tokens, error)


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with live_server(Path(__file__).with_name("counting_registry.py")) as running:
        yield running


def runs_at(server: LiveServer) -> dict[str, int]:
    """Read the counts without the proxy, after the server has answered all forwarded requests."""
    with tuber.resolve_simple(server.hostname, "counter", convert_json=False) as counter:
        runs: dict[str, int] = counter.take_runs()
        return runs


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "way", [single_calls, threads, batches, awaited_single_calls, tasks, awaited_batches]
)
def test_no_call_runs_twice_and_errors_say_whether_it_may_have_run(
    server: LiveServer, way: Callable[[str, Book], Any], seed: int
) -> None:
    book = Book()
    with FaultProxy(server.port, seeded_plan(seed, STAGES)) as proxy:
        under_way = way(proxy.hostname, book)
        if under_way is not None:
            asyncio.run(under_way)
    book.check(runs_at(server))
    assert set(CUTS) <= set(proxy.happened), f"only {set(proxy.happened)} happened"


# The outcome of a short call on a kept-alive connection with one fault, and how often the call ran.
# Connections that end before the request are omitted, because the client may notice in time.
OUTCOMES = {
    Stage.IN_REQUEST: ("may have run", 0),
    Stage.BEFORE_SERVER: ("may have run", 0),
    Stage.AFTER_SERVER: ("may have run", 1),
    Stage.BEFORE_REPLY: ("may have run", 1),
    Stage.IN_REPLY: ("may have run", 1),
    Stage.WHEN_IDLE: ("returned", 1),
    Stage.STALL_BEFORE_SERVER: ("may have run", 1),
    Stage.STALL_REPLY: ("may have run", 1),
    Stage.DELAY: ("returned", 1),
}


@pytest.mark.parametrize("reset", [False, True], ids=["end", "reset"])
@pytest.mark.parametrize("stage", OUTCOMES)
def test_outcome_of_each_fault_and_of_the_next_call(
    shell: Shell, server: LiveServer, stage: Stage, reset: bool
) -> None:
    runs_at(server)  # what a test that failed has left
    faults = [Fault(), Fault(stage, 0.5, reset)]
    with FaultProxy(server.port, lambda: faults.pop(0) if faults else Fault()) as proxy:
        book = Book()
        with shell.resolved(proxy.hostname, "counter") as counter:
            if stage in (Stage.STALL_BEFORE_SERVER, Stage.STALL_REPLY):
                hurry(counter, TIMEOUT_SECONDS)
            try:
                book.returned(["first"], [shell.finish(counter.increment("first"))])
            except TuberNetworkError as error:
                book.failed(["first"], error)
            if stage is Stage.WHEN_IDLE:  # or the next call may meet it
                shell.wait_until(lambda: proxy.happened[stage] > 0)
            hurry(counter, PATIENCE_SECONDS)
            assert shell.finish(counter.increment("next")) == "next"
    runs = runs_at(server)
    assert (book.seen["first"], runs.get("first", 0)) == OUTCOMES[stage]
    assert runs["next"] == 1
