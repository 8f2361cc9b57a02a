"""A tool's client: checks each answer, then times each work and prints one line of JSON.

Usage: python -m benchmarks.peers.client TOOL PORT PROCESS SECONDS WORK...

PROCESS is the server's. SECONDS is for each work; it lasts longer where that would be few calls. It
runs in the tool's environment, so it imports nothing but numpy, the tool and what lies beside it.
"""

from __future__ import annotations

import array
import importlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from .instrument import NUMBERS, SAMPLES
from .places import Place, places, put
from .works import BATCH, CLIENTS, Figures, Taken, Work, taken_to_json

WARM_UP = 0.1  # of the time that is measured
FEWEST_CALLS = 5
FEWEST_BATCHES = 3
START_SECONDS = 30.0  # for all clients to have connected
LEAD_SECONDS = 0.05  # from the last client's being ready to the begin


class Client(Protocol):
    """What a tool's module has; `nothings` only where it can have many calls under way."""

    def nothing(self) -> None: ...

    def increment(self, numbers: list[int], /) -> Sequence[int]: ...

    def samples(self) -> npt.NDArray[np.float64]: ...


class BatchingClient(Client, Protocol):
    def nothings(self, count: int, /) -> list[None]: ...


class WrongAnswerError(Exception):
    """An answer is not what it should be, so its time is worth nothing."""


def check_nothing(client: Client) -> None:
    answer: object = cast("Callable[[], object]", client.nothing)()
    if answer is not None:
        raise WrongAnswerError(f"nothing answered {answer!r}")


def check_increment(client: Client) -> None:
    answer = client.increment(NUMBERS)
    if list(answer) != [number + 1 for number in NUMBERS] or {type(each) for each in answer} != {
        int
    }:
        raise WrongAnswerError(f"increment answered {answer!r:.100}")


def check_samples(client: Client) -> None:
    answer: object = client.samples()
    if not isinstance(answer, np.ndarray) or answer.dtype != SAMPLES.dtype:
        raise WrongAnswerError(f"samples answered {answer!r:.100}")
    if not np.array_equal(answer, SAMPLES):
        raise WrongAnswerError(f"samples answered other numbers: {answer!r:.100}")


def check_batch(client: BatchingClient) -> None:
    answer = client.nothings(BATCH)
    if list(answer) != [None] * BATCH:
        raise WrongAnswerError(f"a batch of {BATCH} answered {answer!r:.100}")


def durations(call: Callable[[], object], seconds: float, fewest: int) -> list[float]:
    """Times calls one after another, for that long and so many at least, after a warm-up."""
    end = time.perf_counter() + WARM_UP * seconds
    while time.perf_counter() < end:
        call()
    taken: list[float] = []
    now = time.perf_counter()
    end = now + seconds
    while now < end or len(taken) < fewest:
        call()
        before, now = now, time.perf_counter()
        taken.append(now - before)
    return taken


def checked(client: Client, work: Work) -> Callable[[], object]:
    """The call of a work of one client, after its answer was found to be right.

    Raises:
        Exception: whatever the tool raises.
        WrongAnswerError: the answer is wrong.
    """
    if work is Work.INCREMENT:
        check_increment(client)
        return lambda: client.increment(NUMBERS)
    if work is Work.SAMPLES:
        check_samples(client)
        return client.samples
    if work is Work.BATCH:
        batching = cast("BatchingClient", client)
        check_batch(batching)
        return lambda: batching.nothings(BATCH)
    check_nothing(client)
    return client.nothing


def time_work(
    make_client: Callable[[], Client], work: Work, server: int, seconds: float
) -> list[Figures]:
    """Checks and times one work, in each place.

    Raises:
        Exception: as `checked`.
    """
    if work is Work.CLIENTS:  # as many as keep all cores busy
        return [time_clients(make_client, seconds)]
    call = checked(make_client(), work)
    fewest = FEWEST_BATCHES if work is Work.BATCH else FEWEST_CALLS
    figures = []
    for place in places():
        put(place, (server, os.getpid()))
        taken = durations(call, seconds / len(places()), fewest)
        figures.append(Figures.of(taken, place=place))
    put(Place.ALL_CORES, (server, os.getpid()))
    return figures


def time_clients(make_client: Callable[[], Client], seconds: float) -> Figures:
    """Times as many client processes as `CLIENTS` at once, over an interval they have in common.

    They are forked, so what the tool imports is imported once; each makes its own connection.

    Raises:
        WrongAnswerError: a client had no answer, a wrong one, or failed.
    """
    context = multiprocessing.get_context("fork")
    begin = context.Value("d", 0.0)
    ready = context.Barrier(CLIENTS, lambda: _set_begin(begin), START_SECONDS)
    receivers, processes = [], []
    for _ in range(CLIENTS):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(
            target=_one_of_many, args=(make_client, ready, begin, seconds, sender), daemon=True
        )
        process.start()
        sender.close()  # so that a client that dies ends the pipe
        receivers.append(receiver)
        processes.append(process)
    answers: list[bytes | str] = []
    for receiver in receivers:
        if not receiver.poll(START_SECONDS + LEAD_SECONDS + seconds + START_SECONDS):
            raise WrongAnswerError(f"one of {CLIENTS} clients does not come back")
        try:
            answers.append(receiver.recv())
        except EOFError:
            answers.append("one of the clients died")
    for process in processes:
        process.join(START_SECONDS)
    errors = [answer for answer in answers if isinstance(answer, str)]
    if errors:
        # A barrier that broke is what the others tell; the reason is with the one that broke it.
        raise WrongAnswerError(min(errors, key=lambda text: "BrokenBarrier" in text))
    taken = array.array("d", b"".join(answer for answer in answers if isinstance(answer, bytes)))
    if not taken:
        raise WrongAnswerError(f"none of {CLIENTS} clients had an answer within {seconds} s")
    return Figures.of(taken, len(taken) / seconds)


def _set_begin(begin: Synchronized[float]) -> None:
    begin.value = time.monotonic() + LEAD_SECONDS


def _one_of_many(
    make_client: Callable[[], Client],
    ready: Barrier,
    begin: Synchronized[float],
    seconds: float,
    sender: Connection,
) -> None:
    """A client process: connects, checks, waits for the others, and calls until the end."""
    try:
        client = make_client()
        check_nothing(client)
        ready.wait()
        time.sleep(max(0.0, begin.value - time.monotonic()))
        end = begin.value + seconds
        taken = array.array("d")
        now = time.monotonic()
        while True:
            client.nothing()
            before, now = now, time.monotonic()
            if now > end:
                break
            taken.append(now - before)
        sender.send(taken.tobytes())
    except Exception as error:  # noqa: BLE001  # the tool's, whatever it is
        sender.send(describe(error))
        ready.abort()  # the others need not wait


def describe(error: BaseException) -> str:
    """An error in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def main() -> None:
    """Prints a map from each work to what came of it."""
    tool, names = sys.argv[1], sys.argv[5:]
    port, server, seconds = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    works = [Work(name) for name in names]
    module = importlib.import_module(f"benchmarks.peers.tools.{tool}")
    written: dict[str, object] = {}
    # Forking goes first, as long as this process has no connection and no thread of a tool's.
    for work in sorted(works, key=lambda each: each is not Work.CLIENTS):
        taken: Taken
        try:
            taken = time_work(lambda: cast("Client", module.Client(port)), work, server, seconds)
        except Exception as error:  # noqa: BLE001  # the tool's, whatever it is
            taken = describe(error)
        written[work.value] = taken_to_json(taken)
    print(json.dumps(written), flush=True)


if __name__ == "__main__":
    main()
