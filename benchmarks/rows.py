"""The rows of the table: what is measured, how, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from .goals import Goal, at_least, at_most, below
from .measurements import (
    RAW_CALL,
    ClientScript,
    IdleDelay,
    IdleMemory,
    Measurement,
    MemoryGrowth,
    RequestRate,
    call,
)
from .placement import Placement
from .sample import Sample
from .sides import Side

ALL_SIDES = (Side.FLOOR, Side.OURS, Side.PEER)
WITHOUT_FLOOR = (Side.OURS, Side.PEER)
WITHOUT_PEER = (Side.FLOOR, Side.OURS)  # whose client sends no arrays
CBOR = "application/cbor"


def the_value(sample: Sample) -> float:
    """What a measurement is for, usually."""
    return sample.value


def tail(sample: Sample) -> float:
    """How much longer the slowest of a hundred calls takes than the middle one: p99 / p50.

    Raises:
        ValueError: the sample has no percentiles.
    """
    if sample.p50 is None or sample.p99 is None:
        raise ValueError("no percentiles were measured")
    return sample.p99 / sample.p50


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    unit: str
    measurement: Measurement
    goals: tuple[Goal, ...]
    sides: tuple[Side, ...] = ALL_SIDES
    read: Callable[[Sample], float] = the_value  # what the row shows of each sample
    slow: bool = False  # left out of a quick run
    rounds: int | None = None  # at most, where one takes long


NOTHING = call("instrument", "nothing")
PYTHON_INCREMENT = call("instrument", "increment", list(range(100)))
CPP_INCREMENT = call("adder", "increment", list(range(100)))

NOTHING_IN_CBOR = replace(NOTHING, accept=CBOR)
INCREMENT_IN_CBOR = replace(PYTHON_INCREMENT, accept=CBOR)
IDLE_CONNECTIONS = 10_000
BATCH_CALLS = 10_000
CALLS_FOR_MEMORY = 1_000_000

NOTHING_RATE = RequestRate(NOTHING, connections=1)
NOTHING_RATE_8 = RequestRate(NOTHING, connections=8)
CPP_RATE_8 = RequestRate(CPP_INCREMENT, connections=8)
SYNC_CALL = ClientScript("sync_call", NOTHING)
ASYNC_CALL = ClientScript("async_call", NOTHING)
RAW_SOCKET = ClientScript(RAW_CALL, NOTHING)


def array_result(size: int) -> ClientScript:
    """Calls that return an array of so many float64."""
    request = replace(call("instrument", "samples", size), accept=CBOR)
    return ClientScript("array_call", request, ("result", str(size)))


def array_argument(size: int) -> ClientScript:
    """Calls that take one."""
    request = replace(NOTHING, array_bytes=8 * size)
    return ClientScript("array_call", request, ("argument", str(size)))


# The goals, in the order and with the figures of the design.
GOALS = (
    Row(
        "method that does nothing, 1 connection",
        "requests/s",
        NOTHING_RATE,
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
        NOTHING_RATE_8,
        (at_least(6, Side.PEER),),
    ),
    Row(
        "the same: 99th percentile of the latency over the median",
        "ratio",
        NOTHING_RATE_8,
        (at_most(3),),
        read=tail,
    ),
    Row(
        "C++ method adding 1 to 100 ints, 8 connections",
        "requests/s",
        CPP_RATE_8,
        (at_least(6, Side.PEER),),
    ),
    Row(
        "with C++, the same: 99th percentile over the median",
        "ratio",
        CPP_RATE_8,
        (at_most(3),),
        read=tail,
    ),
    Row(
        "synchronous call of the client",
        "us",
        SYNC_CALL,
        (at_most(1.6, Side.FLOOR), at_most(1 / 20, Side.PEER)),
    ),
    Row(
        "asynchronous call of the client",
        "us",
        ASYNC_CALL,
        (at_most(1 / 5, Side.PEER),),
    ),
    Row(
        "batch of 10,000 calls, from Python to the results",
        "ms",
        ClientScript("batch_call", NOTHING),
        (at_most(1 / 10, Side.PEER),),
        WITHOUT_FLOOR,
    ),
    Row(
        "0.8 MB float64 array, from the method to the client",
        "us",
        array_result(100_000),
        (at_most(2, Side.FLOOR), at_most(1 / 8, Side.PEER)),
    ),
    Row(
        "call on a new connection: 10,000 idle ones open over none",
        "ratio",
        IdleDelay(NOTHING, IDLE_CONNECTIONS),
        (at_most(1.2),),
        (Side.OURS,),
        slow=True,
        rounds=3,
    ),
    Row(
        "memory for 10,000 idle connections",
        "MiB",
        IdleMemory(NOTHING, IDLE_CONNECTIONS),
        (at_most(64),),
        (Side.OURS,),
        slow=True,
        rounds=1,
    ),
    Row(
        "memory gained in 1,000,000 calls",
        "MiB",
        MemoryGrowth(NOTHING, CALLS_FOR_MEMORY),
        (below(1),),
        (Side.OURS,),
        slow=True,
        rounds=1,
    ),
    Row(
        "import tuber",
        "ms",
        ClientScript("import_time", NOTHING, ("import tuber",)),
        (at_most(60), at_most(1 / 3, Side.PEER)),
        WITHOUT_FLOOR,
    ),
)

# What was added on the way, with goals after the pattern of those.
MORE = (
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
        rounds=3,
    ),
    Row(
        "80 MB float64 array, from the client to the method",
        "us",
        array_argument(10_000_000),
        (at_most(2, Side.FLOOR),),
        WITHOUT_PEER,
        slow=True,
        rounds=3,
    ),
    Row(
        "from tuber import resolve_simple",  # `import tuber` alone may load no client
        "ms",
        ClientScript("import_time", NOTHING, ("from tuber import resolve_simple",)),
        (at_most(60), at_most(1 / 3, Side.PEER)),
        WITHOUT_FLOOR,
    ),
    Row(
        "the raw-socket client at each server",
        "us",
        RAW_SOCKET,
        (),
    ),
)

# The same goals where each call wakes up another core: the machine's part of a call grows by that,
# and in a virtual machine it is most of it.
APART = (
    Row(
        "a core each: method that does nothing, 1 connection",
        "requests/s",
        replace(NOTHING_RATE, placement=Placement.CORE_EACH),
        (at_least(0.85, Side.FLOOR), at_least(8, Side.PEER)),
    ),
    Row(
        "all cores for both: method that does nothing, 8 connections",
        "requests/s",
        replace(NOTHING_RATE_8, placement=Placement.ANYWHERE),
        (at_least(6, Side.PEER),),
    ),
    Row(
        "all cores for both: the same, 99th percentile over the median",
        "ratio",
        replace(NOTHING_RATE_8, placement=Placement.ANYWHERE),
        (at_most(3),),
        read=tail,
    ),
    Row(
        "a core each: synchronous call of the client",
        "us",
        replace(SYNC_CALL, placement=Placement.CORE_EACH),
        (at_most(1.6, Side.FLOOR), at_most(1 / 20, Side.PEER)),
    ),
    Row(
        "a core each: asynchronous call of the client",
        "us",
        replace(ASYNC_CALL, placement=Placement.CORE_EACH),
        (at_most(1 / 5, Side.PEER),),
    ),
    Row(
        "a core each: 0.8 MB float64 array, from the method to the client",
        "us",
        replace(array_result(100_000), placement=Placement.CORE_EACH),
        (at_most(2, Side.FLOOR), at_most(1 / 8, Side.PEER)),
    ),
)

ROWS = GOALS + MORE + APART
