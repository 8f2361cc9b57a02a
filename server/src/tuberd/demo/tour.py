"""A tour of the demo instrument: `python -m tuberd.demo.tour HOST:PORT`.

It uses the synchronous client. Each step prints a line that a person would type at a Python prompt,
and its result. Results are checked, so the tour is also the shortest test of a whole installation:
the exit code is 1 if a result is not as expected.
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable
from typing import Any

import tuber

__all__ = ["main"]

SHOWN_CHARACTERS = 88


class Tour:
    """The steps of the tour.

    Attributes:
        names: what the lines of the steps may use.
        wrong: the number of steps that went wrong so far.
    """

    def __init__(self, **names: Any) -> None:
        """Start before the first step."""
        self.names = {"inspect": inspect, **names}
        self.wrong = 0

    def step(self, line: str, expected: Callable[[Any], bool]) -> None:
        """Print a line and its result, which must be as expected."""
        result = eval(line, self.names)  # the lines below, never a user's
        shown = result if isinstance(result, str) and "\n" in result else repr(result)
        if len(shown) > SHOWN_CHARACTERS and "\n" not in shown:
            shown = shown[:SHOWN_CHARACTERS] + " ..."
        print(f">>> {line}\n{shown}")
        self.check(expected(result), "this is not what was expected")

    def raises(self, line: str, kind: type[Exception]) -> None:
        """Print a line that must raise an exception of this class."""
        try:
            outcome: Any = eval(line, self.names)
        except Exception as error:  # noqa: BLE001 (every exception is shown and checked)
            outcome = error
        print(f">>> {line}\n{type(outcome).__name__}: {outcome}".rstrip())
        remote = isinstance(outcome, kind) and isinstance(outcome, tuber.TuberRemoteError)
        self.check(remote, f"expected a remote {kind.__name__}")

    def check(self, right: bool, complaint: str) -> None:
        """Count and print what went wrong."""
        if not right:
            self.wrong += 1
            print(f"    ^ {complaint}")


def main(argv: list[str] | None = None) -> int:
    """Take the tour; return the exit code.

    Args:
        argv: `[host:port]`; None takes the arguments of the process.
    """
    arguments = sys.argv[1:] if argv is None else argv
    if len(arguments) != 1:
        print("usage: python -m tuberd.demo.tour HOST:PORT", file=sys.stderr)
        return 2
    (hostname,) = arguments
    with tuber.resolve_simple(hostname) as board:
        print(f">>> board = tuber.resolve_simple({hostname!r})")
        tour = Tour(board=board)
        _receiver(tour)
        _power_supply(tour)
        _thermometers(tour)
        _batch(tour)
    print(f"\n{tour.wrong} steps went wrong" if tour.wrong else "\nall was as expected")
    return 1 if tour.wrong else 0


def _receiver(tour: Tour) -> None:
    print("\n# A C++ object: docstring, signature, properties, vectors, an enumeration, an error.")
    tour.step("board.Receiver.__doc__", lambda doc: "62.5 MHz" in doc)
    tour.step("board.Receiver.set_gain.__doc__", lambda doc: "dB" in doc)
    tour.step(
        "str(inspect.signature(board.Receiver.spectrum))",
        lambda text: "bins" in text and "1024" in text,
    )
    tour.step("board.Receiver.sample_rate_hz", lambda hertz: hertz == 250e6)
    tour.step("board.Receiver.set_window('BLACKMAN')", lambda nothing: nothing is None)
    tour.step("board.Receiver.get_window()", lambda window: window == "BLACKMAN")
    tour.step(
        "board.Receiver.spectrum(bins=8)",
        lambda powers: len(powers) == 8 and max(powers) == powers[4],
    )
    tour.step(
        "board.Receiver.integrate(10000)",
        lambda powers: len(powers) == 4 and all(-6.1 < power < -5.9 for power in powers),
    )
    tour.raises("board.Receiver.set_window('TRIANGLE')", ValueError)
    tour.step("board.Receiver.tuber_set('attenuation_db', 6)", lambda decibels: decibels == 6.0)
    tour.raises("board.Receiver.set_gain(9, 3.0)", IndexError)


def _power_supply(tour: Tour) -> None:
    print("\n# A Python object: calls, a property, a warning, an error.")
    tour.step("board.PowerSupply.set_voltage(12)", lambda volts: volts == 12.0)
    tour.step("board.PowerSupply.measure_current()", lambda amperes: amperes == 0.24)
    tour.step("board.PowerSupply.max_voltage", lambda volts: volts == 30.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tour.step("board.PowerSupply.set_voltage(28)", lambda volts: volts == 28.0)
    for warning in caught:
        print(f"{warning.category.__name__}: {warning.message}")
    warned = any("close to the limit" in str(warning.message) for warning in caught)
    tour.check(warned, "expected a warning about the limit")
    print("# Live properties can be set; the result is the value read back from the instrument.")
    tour.step("board.PowerSupply.tuber_set('output_offset', 0.5)", lambda volts: volts == 0.5)
    tour.raises("board.PowerSupply.set_voltage(99)", ValueError)


def _thermometers(tour: Tour) -> None:
    print("\n# An array of objects: length, index, iteration, one method of all in one request.")
    tour.step("len(board.Thermometers)", lambda number: number == 3)
    tour.step("board.Thermometers[1].read()", lambda kelvin: kelvin == 3.75)
    for line in (
        "[each.read() for each in board.Thermometers]",
        "board.Thermometers.tuber_call('read', average=4)",
    ):
        tour.step(line, lambda kelvins: kelvins == [48.5, 3.75, 0.875])


def _batch(tour: Tour) -> None:
    print("\n# Calls of several objects in one request: queued, sent when the block ends.")
    print(">>> with board.tuber_context() as batch:")
    with tour.names["board"].tuber_context() as batch:
        print("...     volts = batch.PowerSupply.set_voltage(5)")
        tour.names["volts"] = batch.PowerSupply.set_voltage(5)
        print("...     kelvins = [batch.Thermometers[i].read() for i in range(3)]")
        tour.names["kelvins"] = [batch.Thermometers[i].read() for i in range(3)]
    tour.step("volts.result()", lambda volts: volts == 5.0)
    tour.step("[each.result() for each in kelvins]", lambda kelvins: kelvins == [48.5, 3.75, 0.875])


if __name__ == "__main__":
    sys.exit(main())
