"""Run the server of a tool, or time exchanges of its client with pyperf.

    python -m benchmarks.timed TOOL serve PORT
    python -m benchmarks.timed TOOL PORT SECONDS SIZE EXCHANGE...

TOOL is a module of `tools/`, or `raw`. The client prints `ready` and waits for the end of stdin,
which contains the request for `raw`. It then prints a JSON object with the median time of each
exchange in seconds, or an error. This module runs in the tool's own environment, so it imports only
numpy, pyperf, the tool and modules of `benchmarks`.
"""

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

import pyperf

from . import raw

NUMBERS = list(range(100))


def exchange_of(client: Any, name: str, size: int) -> Callable[[], Any]:
    """Return an exchange of a tool's client, after checking its result.

    Raises:
        ValueError: the result is wrong.
    """
    if hasattr(client, f"exchange_{name}"):
        made: Callable[[], Any] = getattr(client, f"exchange_{name}")(size)
        return made
    exchange: Callable[[], Any] = {
        "nothing": lambda: client.nothing,
        "increment": lambda: lambda: client.increment(NUMBERS),
        "samples": lambda: client.samples,
        "batch": lambda: lambda: client.nothings(size),
    }[name]()
    answer = exchange()
    if name == "samples":
        right = answer.dtype == "f8" and len(answer) == size and answer[-1] == size - 1
    elif name == "increment":
        right = list(answer) == [each + 1 for each in NUMBERS] and type(answer[0]) is int
    else:
        right = answer is None if name == "nothing" else list(answer) == [None] * size
    if not right:
        raise ValueError(f"{name} answered {answer!r:.100}")
    return exchange


def main() -> None:
    tool, *rest = sys.argv[1:]
    module: Any = importlib.import_module(f"benchmarks.tools.{tool}") if tool != "raw" else None
    if rest[0] == "serve":
        module.serve(int(rest[1]))
        return
    port, seconds, size, *names = rest
    runner = pyperf.Runner()
    # pyperf doubles the loops until they last `min-time`. All values together last ten times that.
    options = ["--in-process", "--warmups=1", "--values=5", f"--min-time={float(seconds) / 10}"]
    runner.parse_args(options)
    print("ready", flush=True)
    request = sys.stdin.buffer.read()
    found: dict[str, object] = {}
    for name in names:
        try:
            if tool == "raw":
                bench = runner.bench_func(name, raw.exchange(f"127.0.0.1:{port}", request))
            elif name == "asynchronous":
                bench = runner.bench_time_func(name, module.Client(int(port)).asynchronous())
            else:
                bench = runner.bench_func(
                    name, exchange_of(module.Client(int(port)), name, int(size))
                )
            found[name] = bench.median()
        except Exception as error:  # noqa: BLE001  # whatever the tool raises
            found[name] = " ".join(f"{type(error).__name__}: {error}".split())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
