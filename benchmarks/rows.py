"""The rows of the table: what is measured, how, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .goals import Goal, at_least, at_most
from .measurements import (
    ClientScript,
    IdleDelay,
    IdleMemory,
    Measurement,
    MemoryGrowth,
    RequestRate,
    TailRatio,
    call,
)
from .sides import Side

ALL_SIDES = (Side.FLOOR, Side.OURS, Side.PEER)
WITHOUT_FLOOR = (Side.OURS, Side.PEER)
WITHOUT_PEER = (Side.FLOOR, Side.OURS)  # whose client sends no arrays
CBOR = "application/cbor"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    unit: str
    measurement: Measurement
    goals: tuple[Goal, ...]
    sides: tuple[Side, ...] = ALL_SIDES
    slow: bool = False  # taken once a run, and left out of a quick one


NOTHING = call("instrument", "nothing")
PYTHON_INCREMENT = call("instrument", "increment", list(range(100)))
CPP_INCREMENT = call("adder", "increment", list(range(100)))

NOTHING_IN_CBOR = replace(NOTHING, accept=CBOR)
INCREMENT_IN_CBOR = replace(PYTHON_INCREMENT, accept=CBOR)
IDLE_CONNECTIONS = 10_000


def array_result(size: int) -> ClientScript:
    """Calls that return an array of so many float64."""
    request = replace(call("instrument", "samples", size), accept=CBOR)
    return ClientScript("array_call.py", request, ("result", str(size)))


def array_argument(size: int) -> ClientScript:
    """Calls that take one."""
    request = replace(NOTHING, array_bytes=8 * size)
    return ClientScript("array_call.py", request, ("argument", str(size)))


ROWS = (
    Row(
        "method that does nothing, 1 connection",
        "requests/s",
        RequestRate(NOTHING, connections=1),
        (at_least(0.85, Side.FLOOR), at_least(8, Side.PEER)),
    ),
    Row(
        "Python method adding 1 to 100 ints, 1 connection",
        "requests/s",
        RequestRate(PYTHON_INCREMENT, connections=1),
        (at_least(0.6, Side.FLOOR), at_least(6, Side.PEER)),
    ),
    Row(
        "C++ method adding 1 to 100 ints, 1 connection",
        "requests/s",
        RequestRate(CPP_INCREMENT, connections=1),
        (at_least(4, Side.PEER),),
    ),
    Row(
        "method that does nothing, 8 connections",
        "requests/s",
        RequestRate(NOTHING, connections=8),
        (at_least(6, Side.PEER),),
    ),
    Row(
        "the same: 99th percentile of the latency over the median",
        "ratio",
        TailRatio(NOTHING, connections=8),
        (at_most(3),),
    ),
    Row(
        "synchronous call of the client",
        "us",
        ClientScript("sync_call.py", NOTHING),
        (at_most(1.6, Side.FLOOR), at_most(1 / 20, Side.PEER)),
    ),
    Row(
        "asynchronous call of the client",
        "us",
        ClientScript("async_call.py", NOTHING),
        (at_most(1 / 5, Side.PEER),),
    ),
    Row(
        "batch of 10,000 calls, from Python to the results",
        "ms",
        ClientScript("batch_call.py", NOTHING),
        (at_most(1 / 10, Side.PEER),),
        WITHOUT_FLOOR,
    ),
    Row(
        "import tuber",
        "ms",
        ClientScript("import_time.py", NOTHING, ("import tuber",)),
        (at_most(60), at_most(1 / 3, Side.PEER)),
        WITHOUT_FLOOR,
    ),
    Row(
        "from tuber import resolve_simple",  # `import tuber` alone loads no client
        "ms",
        ClientScript("import_time.py", NOTHING, ("from tuber import resolve_simple",)),
        (at_most(60), at_most(1 / 3, Side.PEER)),
        WITHOUT_FLOOR,
    ),
    Row(
        "method that does nothing, 1 connection, reply in CBOR",
        "requests/s",
        RequestRate(NOTHING_IN_CBOR, connections=1),
        (at_least(0.85, Side.FLOOR),),
    ),
    Row(
        "Python method adding 1 to 100 ints, 1 connection, reply in CBOR",
        "requests/s",
        RequestRate(INCREMENT_IN_CBOR, connections=1),
        (at_least(0.6, Side.FLOOR),),
    ),
    Row(
        "0.8 MB float64 array, from the method to the client",
        "us",
        array_result(100_000),
        (at_most(2, Side.FLOOR), at_most(1 / 8, Side.PEER)),
    ),
    Row(
        "0.8 MB float64 array, from the client to the method",
        "us",
        array_argument(100_000),
        (at_most(2, Side.FLOOR),),
        WITHOUT_PEER,
    ),
    Row(
        "80 MB float64 array, from the method to the client",
        "us",
        array_result(10_000_000),
        (at_most(2, Side.FLOOR), at_most(1 / 8, Side.PEER)),
        slow=True,
    ),
    Row(
        "80 MB float64 array, from the client to the method",
        "us",
        array_argument(10_000_000),
        (at_most(2, Side.FLOOR),),
        WITHOUT_PEER,
        slow=True,
    ),
    Row(
        "call on a new connection: 10,000 idle ones open over none",
        "ratio",
        IdleDelay(NOTHING, IDLE_CONNECTIONS),
        (at_most(1.2),),
        (Side.OURS,),
        slow=True,
    ),
    Row(
        "memory for 10,000 idle connections",
        "MiB",
        IdleMemory(NOTHING, IDLE_CONNECTIONS),
        (at_most(64),),
        (Side.OURS,),
        slow=True,
    ),
    Row(
        "memory gained in 1,000,000 calls",
        "MiB",
        MemoryGrowth(NOTHING, 1_000_000),
        (at_most(1),),
        (Side.OURS,),
        slow=True,
    ),
)
