"""A registry of methods that misbehave."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
import warnings
from typing import Any


class Interrupted:
    def __getattribute__(self, name: str) -> object:
        raise KeyboardInterrupt


class Unprintable(BaseException):
    def __str__(self) -> str:
        raise RuntimeError("no text for you")

    __repr__ = __str__


class Troublesome:
    """An object whose methods each cause one kind of trouble."""

    def __init__(self) -> None:
        self.ran = 0
        self.never = threading.Event()

    def nothing(self) -> None: ...

    def raise_base(self, name: str) -> None:
        kinds = {each.__name__: each for each in (SystemExit, KeyboardInterrupt, GeneratorExit)}
        raise kinds.get(name, Unprintable)(1)

    def interrupted_value(self) -> Interrupted:
        return Interrupted()

    @property
    def broken(self) -> int:
        raise SystemExit(3)

    @property
    def hanging(self) -> int:
        self.never.wait(30)
        return 1

    def hang_no_more(self) -> None:
        self.never.set()

    def hold_the_gil(self, seconds: float) -> float:
        ctypes.PyDLL(None).usleep(int(seconds * 1e6))  # PyDLL keeps the GIL, CDLL releases it
        return seconds

    def fork_and_exit(self) -> int:
        child = os.fork()
        if child == 0:
            os._exit(5)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def fork_and_return(self) -> int:
        child = os.fork()
        if child == 0:
            return -1
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def count(self, file: str) -> None:
        """Counts across processes."""
        with open(file, "ab") as counted:
            counted.write(b"1")

    def leave_threads(self) -> int:
        for _ in range(20):
            threading.Thread(target=self.never.wait, args=(20,), daemon=True).start()
        return threading.active_count()

    def print_much(self, megabytes: int) -> None:
        for _ in range(megabytes):
            sys.stdout.write("x" * (1 << 20))
        sys.stdout.flush()

    def itself(self) -> Any:
        return self.itself

    def recursive(self) -> Any:
        endless: list[Any] = []
        endless.append(endless)
        return endless

    def recursive_map(self) -> Any:
        endless: dict[str, Any] = {}
        endless["more"] = endless
        return endless

    def change_warnings(self) -> None:
        warnings.resetwarnings()
        warnings.simplefilter("error")
        warnings.showwarning = None  # type: ignore[assignment]

    def warn(self) -> None:
        warnings.warn("mind the gap", stacklevel=1)

    def close_standard_streams(self) -> None:
        for descriptor in (0, 1, 2):
            os.close(descriptor)

    def print_to_descriptors(self) -> None:
        for descriptor in (0, 1, 2):
            with contextlib.suppress(OSError):
                os.write(descriptor, b"HTTP/1.1 200 OK, says the method\n")

    def recurse(self) -> Any:
        return self.recurse()


registry = {"board": Troublesome()}
