"""The rows of the table: what is measured, how, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from .goals import Goal, at_least, at_most
from .measurements import ClientScript, Measurement, RequestRate, TailRatio, call_body
from .sides import Side

ALL_SIDES = (Side.FLOOR, Side.OURS, Side.PEER)
WITHOUT_FLOOR = (Side.OURS, Side.PEER)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    unit: str
    measurement: Measurement
    goals: tuple[Goal, ...]
    sides: tuple[Side, ...] = ALL_SIDES


NOTHING = call_body("instrument", "nothing")
PYTHON_INCREMENT = call_body("instrument", "increment", list(range(100)))
CPP_INCREMENT = call_body("adder", "increment", list(range(100)))

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
        ClientScript("batch.py", NOTHING),
        (at_most(1 / 10, Side.PEER),),
        WITHOUT_FLOOR,
    ),
    Row(
        "import tuber",
        "ms",
        ClientScript("import_time.py", NOTHING),
        (at_most(60), at_most(1 / 3, Side.PEER)),
        WITHOUT_FLOOR,
    ),
)
