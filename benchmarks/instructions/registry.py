"""The registry whose server is counted: that of the benchmarks, and what they have no rows for."""

from __future__ import annotations

import gc

import counter  # type: ignore[import-not-found]  # built by __main__.py

from benchmarks.instrument.registry import Instrument
from benchmarks.instrument.registry import registry as instruments


class Bench(Instrument):
    """What a peer may also do to an object: read it, and be refused by it."""

    __tuber_dynamic__ = ("level",)

    @property
    def level(self) -> float:
        """Always the same."""
        return 3.25

    def refuse(self) -> None:
        """Fails."""
        raise ValueError("out of range")


class Counter:
    """The way of the driver to the counter in the server's process."""

    def begin_round(self, name: str) -> None:
        """Ends a stretch that is not looked at, with no garbage left for the next one."""
        gc.collect()
        counter.end_stretch(name)

    def end_stretch(self, name: str) -> None:
        """Ends a stretch of the worker that runs this."""
        counter.end_stretch(name)


registry = {**instruments, "bench": Bench(), "counter": Counter()}
