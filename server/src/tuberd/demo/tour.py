"""A tour of the demo instrument: `python -m tuberd.demo.tour HOST:PORT`.

It uses the synchronous client. Each step prints the line that a person would type at a Python
prompt, and its result. Results are checked, so the tour is also the shortest test of a whole
installation: the exit code is 1 if a result is not as expected.
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
    """The number of steps that went wrong so far."""

    def __init__(self) -> None:
        """Start before the first step."""
        self.wrong = 0

    def step(self, line: str, result: Any, *, expected: Callable[[Any], bool]) -> None:
        """Print a line and its result, which must be as expected."""
        shown = result if isinstance(result, str) and "\n" in result else repr(result)
        if len(shown) > SHOWN_CHARACTERS and "\n" not in shown:
            shown = shown[:SHOWN_CHARACTERS] + " ..."
        print(f">>> {line}\n{shown}")
        if not expected(result):
            self.wrong += 1
            print("    ^ this is not what was expected")

    def raised(self, line: str, call: Callable[[], Any], kind: type[Exception]) -> None:
        """Print a line that must raise an exception of this class."""
        try:
            outcome: Any = call()
        except Exception as error:  # noqa: BLE001 - every exception is shown and checked
            outcome = error
        print(f">>> {line}\n{type(outcome).__name__}: {outcome}".rstrip())
        if not (isinstance(outcome, kind) and isinstance(outcome, tuber.TuberRemoteError)):
            self.wrong += 1
            print(f"    ^ expected a remote {kind.__name__}")


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
    tour = Tour()
    with tuber.resolve_simple(hostname) as board:
        print(f">>> board = tuber.resolve_simple({hostname!r})")
        _receiver(tour, board)
        _power_supply(tour, board)
        _thermometers(tour, board)
        _batch(tour, board)
    print(f"\n{tour.wrong} steps went wrong" if tour.wrong else "\nall was as expected")
    return 1 if tour.wrong else 0


def _receiver(tour: Tour, board: Any) -> None:
    print("\n# A C++ object: docstring, signature, properties, vectors, an enumeration, an error.")
    receiver = board.Receiver
    tour.step("board.Receiver.__doc__", receiver.__doc__, expected=lambda doc: "62.5 MHz" in doc)
    doc = receiver.set_gain.__doc__
    tour.step("board.Receiver.set_gain.__doc__", doc, expected=lambda doc: "dB" in doc)
    tour.step(
        "inspect.signature(board.Receiver.spectrum)",
        str(inspect.signature(receiver.spectrum)),
        expected=lambda text: "bins" in text and "1024" in text,
    )
    rate = receiver.sample_rate_hz
    tour.step("board.Receiver.sample_rate_hz", rate, expected=lambda hertz: hertz == 250e6)
    tour.step(
        "board.Receiver.set_window('BLACKMAN')",
        receiver.set_window("BLACKMAN"),
        expected=lambda nothing: nothing is None,
    )
    tour.step(
        "board.Receiver.get_window()",
        receiver.get_window(),
        expected=lambda window: window == "BLACKMAN",
    )
    tour.step(
        "board.Receiver.spectrum(bins=8)",
        receiver.spectrum(bins=8),
        expected=lambda powers: len(powers) == 8 and max(powers) == powers[4],
    )
    tour.step(
        "board.Receiver.integrate(10000)",
        receiver.integrate(10000),
        expected=lambda powers: len(powers) == 4 and all(-6.1 < power < -5.9 for power in powers),
    )
    tour.raised(
        "board.Receiver.set_window('TRIANGLE')",
        lambda: receiver.set_window("TRIANGLE"),
        ValueError,
    )
    tour.step(
        "board.Receiver.tuber_set('attenuation_db', 6)",
        receiver.tuber_set("attenuation_db", 6),
        expected=lambda decibels: decibels == 6.0,
    )
    tour.raised("board.Receiver.set_gain(9, 3.0)", lambda: receiver.set_gain(9, 3.0), IndexError)


def _power_supply(tour: Tour, board: Any) -> None:
    print("\n# A Python object: calls, a property, a warning, an error.")
    supply = board.PowerSupply
    tour.step(
        "board.PowerSupply.set_voltage(12)",
        supply.set_voltage(12),
        expected=lambda volts: volts == 12.0,
    )
    tour.step(
        "board.PowerSupply.measure_current()",
        supply.measure_current(),
        expected=lambda amperes: amperes == 0.24,
    )
    limit = supply.max_voltage
    tour.step("board.PowerSupply.max_voltage", limit, expected=lambda volts: volts == 30.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        volts = supply.set_voltage(28)
    tour.step("board.PowerSupply.set_voltage(28)", volts, expected=lambda volts: volts == 28.0)
    for warning in caught:
        print(f"{warning.category.__name__}: {warning.message}")
    if not any("close to the limit" in str(warning.message) for warning in caught):
        tour.wrong += 1
        print("    ^ expected a warning about the limit")
    print("# Live properties can be set; the result is the value read back from the instrument.")
    tour.step(
        "board.PowerSupply.tuber_set('output_offset', 0.5)",
        supply.tuber_set("output_offset", 0.5),
        expected=lambda volts: volts == 0.5,
    )
    tour.raised("board.PowerSupply.set_voltage(99)", lambda: supply.set_voltage(99), ValueError)


def _thermometers(tour: Tour, board: Any) -> None:
    print("\n# An array of objects: length, index, iteration, one method of all in one request.")
    thermometers = board.Thermometers
    tour.step("len(board.Thermometers)", len(thermometers), expected=lambda number: number == 3)
    tour.step(
        "board.Thermometers[1].read()",
        thermometers[1].read(),
        expected=lambda kelvin: kelvin == 3.75,
    )
    tour.step(
        "[each.read() for each in board.Thermometers]",
        [each.read() for each in thermometers],
        expected=lambda kelvins: kelvins == [48.5, 3.75, 0.875],
    )
    tour.step(
        "board.Thermometers.tuber_call('read', average=4)",
        thermometers.tuber_call("read", average=4),
        expected=lambda kelvins: kelvins == [48.5, 3.75, 0.875],
    )


def _batch(tour: Tour, board: Any) -> None:
    print("\n# Calls of several objects in one request: queued, sent when the block ends.")
    print(">>> with board.tuber_context() as batch:")
    with board.tuber_context() as batch:
        print("...     volts = batch.PowerSupply.set_voltage(5)")
        volts = batch.PowerSupply.set_voltage(5)
        print("...     kelvins = [batch.Thermometers[i].read() for i in range(3)]")
        kelvins = [batch.Thermometers[i].read() for i in range(3)]
    tour.step("volts.result()", volts.result(), expected=lambda volts: volts == 5.0)
    tour.step(
        "[each.result() for each in kelvins]",
        [each.result() for each in kelvins],
        expected=lambda kelvins: kelvins == [48.5, 3.75, 0.875],
    )


if __name__ == "__main__":
    sys.exit(main())
