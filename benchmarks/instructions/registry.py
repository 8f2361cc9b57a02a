"""The registry whose server is counted: the instrument of the benchmarks, a property, a failure."""

from __future__ import annotations  # counted: a property whose annotation is a text

import gc
from typing import Any

import counter  # type: ignore[import-not-found]  # built by counting.py
from adder import Adder  # type: ignore[import-not-found]

from benchmarks.instrument.served import Instrument


class Bench(Instrument):
    """An instrument with a live property and a method that fails.

    It has one base class, because each one more adds instructions to a read of the property.
    """

    __tuber_dynamic__ = ("level",)

    @property
    def level(self) -> float:
        """Always the same."""
        return 3.25

    def last(self, samples: Any) -> float:
        return float(samples[-1])

    def refuse(self) -> None:
        raise ValueError("out of range")


class Counter:
    """Ends stretches in the server's process."""

    def begin_round(self, name: str) -> None:
        gc.collect()  # so that no garbage is left for the stretch that counts
        counter.end_stretch(name)

    def end_stretch(self, name: str) -> None:
        counter.end_stretch(name)


registry = {"instrument": Instrument(), "adder": Adder(), "bench": Bench(), "counter": Counter()}
