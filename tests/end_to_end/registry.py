"""The registry that the end-to-end tests serve."""

from __future__ import annotations

import enum
import json
import sys
import threading
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from tuberd import TuberArray, TuberContainer


class Mode(enum.Enum):
    FAST = "fast"


class Sensor:
    """A nested object."""

    __tuber_object__ = True

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def read(self, n: int = 1) -> list[float]:
        """Reads n values."""
        return [self.offset + i for i in range(n)]


class Instrument:
    """An instrument for tests."""

    __tuber_exclude__ = ("excluded",)
    __tuber_expose__ = ("_exposed",)

    json = json
    Mode = Mode
    gains = [1.0, 2.0]  # noqa: RUF012 - a plain list as users write it

    def __init__(self) -> None:
        self.sensor = Sensor()
        self.module = sys
        self.sensors = TuberArray([Sensor(float(i)) for i in range(4)])
        self.mixed = TuberContainer({"a": Sensor(1.0), "b": TuberArray([Sensor(2.0)])})
        self._secret = 1
        self.calls = 0
        self.started = threading.Event()
        self.go_on = threading.Event()

    def nothing(self) -> None:
        """Does nothing."""

    def count(self) -> int:
        """Counts its calls."""
        self.calls += 1
        return self.calls

    def increment(self, numbers: list[int]) -> list[int]:
        """Adds one to each number."""
        return [number + 1 for number in numbers]

    def echo(self, *args: object, **kwargs: object) -> list[object]:
        """Returns its arguments."""
        return [list(args), kwargs]

    def excluded(self) -> None:
        """Must not be reached."""

    def _exposed(self) -> str:
        return "exposed"

    def _private(self) -> str:
        return "private"

    @classmethod
    def of_class(cls) -> str:
        """A class method."""
        return cls.__name__

    @staticmethod
    def static(n: int) -> int:
        """A static method."""
        return n * 2

    @property
    def broken(self) -> float:
        """A property that raises."""
        raise OSError("sensor unplugged")

    @property
    def mode(self) -> Mode:
        """An enum."""
        return Mode.FAST

    def unencodable(self) -> object:
        """Returns what no codec knows."""
        return {"deep": [1, object()]}

    def warn(self, text: str, times: int = 1) -> int:
        """Warns `times` times."""
        for _ in range(times):
            warnings.warn(text, stacklevel=1)
        return times

    def raise_it(self, name: str, *args: object) -> None:
        """Raises a builtin exception."""
        raise getattr(__import__("builtins"), name)(*args)

    def wait(self) -> str:
        """Says that it has started and waits until release() is called, at most 20 s."""
        self.started.set()
        return "released" if self.go_on.wait(20) else "not released"

    def wait_started(self) -> bool:
        """Waits until a wait() or a sleep() runs."""
        return self.started.wait(20)

    def release(self) -> None:
        """Lets wait() go on."""
        self.go_on.set()

    def sleep(self, seconds: float) -> float:
        """Takes a while without the GIL."""
        self.started.set()
        time.sleep(seconds)
        return seconds

    def read_pipe(self, path: str) -> str:
        """Returns what is written to a named pipe until its writer closes it."""
        return Path(path).read_text()

    def thread_name(self) -> str:
        """Return the identifier of the thread that runs the call."""
        return str(threading.get_ident())


@dataclass
class Reading:
    """A value that JSON libraries do not support."""

    kelvin: float


class Unhashable(type):
    """A metaclass whose classes can't be the keys of a dict."""

    def __eq__(cls, other: object) -> bool:
        return cls is other

    __hash__ = None  # type: ignore[assignment]


class Odd(metaclass=Unhashable):
    """An instrument that is hard to serve."""

    def __init__(self) -> None:
        self.readings = [Reading(0.0)] * 50

    def answer(self) -> int:
        """Returns 42."""
        return 42

    def changing(self) -> list[Reading]:
        """Returns a list that refill() changes all the time."""
        return self.readings

    def refill(self, seconds: float) -> None:
        """Changes the list that changing() returns, for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.readings[:] = [Reading(float(i)) for i in range(50)]

    def warn_of_file(self) -> int:
        """Warns with a text that is not Unicode."""
        warnings.warn("can't read \udcff", stacklevel=1)
        return 42

    def deprecated(self) -> int:
        """Raises a warning that Python hides by default."""
        warnings.warn("use answer()", DeprecationWarning, stacklevel=1)
        return 42


class Twin:
    """Two of these are served; one of them holds a class under the name of its method."""

    def read(self) -> str:
        """Reads."""
        return "read"

    @property
    def rude(self) -> None:
        """A property that wants to end the process."""
        raise SystemExit(3)


shadowed = Twin()
shadowed.read = Mode  # type: ignore[method-assign, assignment]

registry = {
    "odd": Odd(),
    "twin": Twin(),
    "shadowed": shadowed,
    "instrument": Instrument(),
    "array": TuberArray([Sensor(7.0), Sensor(8.0)]),
}
