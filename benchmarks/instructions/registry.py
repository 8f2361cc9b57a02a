"""The registry of the counted server: the benchmarks' instrument, a property and a failure."""

from __future__ import annotations  # the count includes a property with a string annotation

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
        """Return a constant."""
        return 3.25

    def last(self, samples: Any) -> float:
        return float(samples[-1])

    def refuse(self) -> None:
        raise ValueError("out of range")


class Counter:
    """Object whose methods end a counted stretch in the server's process."""

    def begin_round(self, name: str) -> None:
        gc.collect()  # so that the collector does not run during the counted stretch
        counter.end_stretch(name)

    def end_stretch(self, name: str) -> None:
        counter.end_stretch(name)


registry = {"instrument": Instrument(), "adder": Adder(), "bench": Bench(), "counter": Counter()}
