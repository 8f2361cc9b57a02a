"""One tool in its own environment: serves its instrument, or checks and times its client.

    python -m benchmarks.peers.tool TOOL serve PORT
    python -m benchmarks.peers.tool TOOL time PORT SECONDS WORK...

The latter prints a map from each work to its figure or an error, as JSON. It imports nothing but
numpy, pyperf, the tool and what lies next to it.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pyperf

from .instrument import NUMBERS, SAMPLES

BATCH = 1_000
CLIENTS = 8
START_SECONDS = 30.0  # for all clients to connect
LEAD_SECONDS = 0.1  # from the last client's connection to the begin


def exchanges(client: Any) -> dict[str, tuple[Callable[[], Any], Callable[[Any], bool]]]:
    """What is timed, by the name of the work, and whether an answer is right."""
    return {
        "nothing": (client.nothing, lambda answer: answer is None),
        "increment": (
            lambda: client.increment(NUMBERS),
            lambda answer: (
                list(answer) == [each + 1 for each in NUMBERS]
                and {type(each) for each in answer} == {int}
            ),
        ),
        "samples": (
            client.samples,
            lambda answer: answer.dtype == SAMPLES.dtype and np.array_equal(answer, SAMPLES),
        ),
        "batch": (
            lambda: client.nothings(BATCH),
            lambda answer: list(answer) == [None] * BATCH,
        ),
    }


def check(client: Any, work: str) -> Callable[[], Any]:
    """The exchange of a work, when its answer is right.

    Raises:
        ValueError: it is not.
    """
    exchange, is_right = exchanges(client)[work]
    answer = exchange()
    if not is_right(answer):
        raise ValueError(f"{work} answered {answer!r:.100}")
    return exchange


def time_clients(make_client: Callable[[], Any], seconds: float) -> float:
    """Calls a second of several client processes, over an interval that they have in common."""
    context = multiprocessing.get_context("fork")  # what the tool imports is imported once
    begin = context.Value("d", 0.0)
    answers: Any = context.SimpleQueue()

    def set_begin() -> None:
        begin.value = time.monotonic() + LEAD_SECONDS

    ready = context.Barrier(CLIENTS, set_begin, START_SECONDS)

    def calls() -> None:
        try:
            nothing = check(make_client(), "nothing")
            ready.wait()
            time.sleep(max(0.0, begin.value - time.monotonic()))
            count, end = 0, begin.value + seconds
            while True:
                nothing()
                if time.monotonic() > end:
                    break
                count += 1
            answers.put(count)
        except Exception as error:  # noqa: BLE001  # whatever the tool raises
            ready.abort()
            answers.put(describe(error))

    processes = [context.Process(target=calls, daemon=True) for _ in range(CLIENTS)]
    for process in processes:
        process.start()
    counts = [answers.get() for _ in processes]
    for process in processes:
        process.join(START_SECONDS)
    errors = [each for each in counts if isinstance(each, str)]
    if errors:
        raise ValueError(min(errors, key=lambda text: "BrokenBarrier" in text))
    return sum(counts) / seconds


def describe(error: BaseException) -> str:
    """An error in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def main() -> None:
    tool, what, port, *rest = sys.argv[1:]
    module = importlib.import_module(f"benchmarks.peers.tools.{tool}")
    if what == "serve":
        module.serve(int(port))
        return
    seconds, works = float(rest[0]), rest[1:]
    runner = pyperf.Runner()
    runner.parse_args(["--in-process", "--warmups=1", "--values=5", f"--min-time={seconds / 10}"])
    found: dict[str, object] = {}
    # Forking goes first, while this process has neither a connection nor a thread of the tool's.
    for work in sorted(works, key=lambda each: each != "clients"):
        try:
            if work == "clients":
                found[work] = time_clients(lambda: module.Client(int(port)), seconds)
            else:
                exchange = check(module.Client(int(port)), work)
                found[work] = runner.bench_func(work, exchange).median()
        except Exception as error:  # noqa: BLE001  # whatever the tool raises
            found[work] = describe(error)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
