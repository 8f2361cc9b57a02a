"""The registry whose server is counted: the instrument of the benchmarks, a property, a failure."""

import gc

import counter  # type: ignore[import-not-found]  # built by counting.py
from adder import Adder  # type: ignore[import-not-found]

from benchmarks.instrument.registry import Instrument


class Bench(Instrument):
    """An instrument with a live property and a method that fails."""

    __tuber_dynamic__ = ("level",)

    @property
    def level(self) -> float:
        """Always the same."""
        return 3.25

    def refuse(self) -> None:
        """Fail."""
        raise ValueError("out of range")


class Counter:
    """Ends stretches in the server's process."""

    def begin_round(self, name: str) -> None:
        """End a stretch that does not count, and leave no garbage for the next one."""
        gc.collect()
        counter.end_stretch(name)

    def end_stretch(self, name: str) -> None:
        """End a stretch of the worker that runs this."""
        counter.end_stretch(name)


registry = {"instrument": Instrument(), "adder": Adder(), "bench": Bench(), "counter": Counter()}
