"""For all kinds of classes, exactly the listed members can be called or read (see `reach_law`)."""

from __future__ import annotations

import enum
import functools
import json
import math
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import tuberd
from tests.support.raw_http import connected, post_message, read_reply
from tests.support.reach_law import check_reach


class Inner:
    __tuber_object__ = True

    def read(self, *args: Any) -> int:
        return 1


class Mode(enum.Enum):
    FAST = 1


class Callable_:
    def __call__(self, *args: Any) -> str:
        return "called"


class Descriptor:
    """A descriptor with only `__get__`, so it is not a data descriptor."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __get__(self, instance: object, owner: type) -> Any:
        return self.value


class DataDescriptor(Descriptor):
    def __set__(self, instance: object, value: Any) -> None:
        self.value = value


def function(*args: Any, **kwargs: Any) -> str:
    return "called"


def broken(self: object) -> Any:
    raise RuntimeError("broken")


def containers() -> Any:
    inside = tuberd.TuberArray([Inner(), Inner()])
    return tuberd.TuberContainer({"a": inside, "b": tuberd.TuberContainer([Inner(), inside])})


# The values that an instance or a class may have under a name.
VALUES: dict[str, Callable[[], Any]] = {
    "number": lambda: 3,
    "none": lambda: None,
    "list": lambda: [1, [2]],
    "array": lambda: np.arange(3.0),
    "module": lambda: math,
    "class": lambda: Inner,
    "generic alias": lambda: list[int],
    "enumeration": lambda: Mode,
    "member of an enumeration": lambda: Mode.FAST,
    "numpy function": lambda: np.sin,
    "builtin": lambda: len,
    "partial": lambda: functools.partial(function, 1),
    "callable object": Callable_,
    "object": Inner,
    "containers": containers,
    "socket": lambda: socket.SocketType,
    "bound method": lambda: Inner().read,
}
# The values that only a class may have.
DEFINITIONS: dict[str, Callable[[], Any]] = {
    "function": lambda: lambda self, *args: "called",
    "static method": lambda: staticmethod(function),
    "class method": lambda: classmethod(function),
    "static class": lambda: staticmethod(Inner),
    "cached method": lambda: functools.lru_cache(function),
    "partial method": lambda: functools.partialmethod(function, 1),
    "property": lambda: property(lambda self: 4),
    "broken property": lambda: property(broken),
    "property of an object": lambda: property(lambda self: Inner()),
    "property of a function": lambda: property(lambda self: function),
    "property of a class": lambda: property(lambda self: Inner),
    "cached property": lambda: functools.cached_property(lambda self: [5]),
    "descriptor": lambda: Descriptor(6),
    "descriptor of a function": lambda: Descriptor(function),
    "data descriptor": lambda: DataDescriptor(7),
    "data descriptor of a module": lambda: DataDescriptor(math),
}

NAMES = ["a", "b", "value", "class_", "ä", "_a", "_b", "__c", "_K__d", "__e__", "tuber_set"]
LISTS = ["__tuber_exclude__", "__tuber_expose__", "__tuber_dynamic__"]
SLOTS = ["slot", "_slot", "never_set"]


@st.composite
def classes(draw: st.DrawFn) -> type:
    """Draw a class of one to three generations; `event` records its parts."""
    made: type = object
    made_of = {**VALUES, **DEFINITIONS}
    for generation in range(draw(st.integers(1, 3))):
        names: dict[str, Any] = {}
        for name in draw(st.lists(st.sampled_from(NAMES), max_size=6, unique=True)):
            kind = draw(st.sampled_from(sorted(made_of)))
            event(kind)
            names[name] = made_of[kind]()
        for each in LISTS:
            if draw(st.integers(0, 2)) == 0:
                names[each] = tuple(draw(st.lists(st.sampled_from(NAMES + SLOTS), max_size=3)))
        if generation == 0 and draw(st.booleans()):
            names["__slots__"] = ("__dict__", *SLOTS)
        made = type("K", (made,), names)
    if draw(st.integers(0, 3)) == 0:  # names that only `__dir__` lists
        extra = {
            "__getattr__": answer_ghosts,
            "__dir__": lambda self: ["ghost", "_ghost", "ghost too"],
        }
        made = type("K", (made,), extra)
    return made


def answer_ghosts(self: object, name: str) -> Any:
    if name in ("told", "_told", "ghost"):
        return 8
    raise AttributeError(name)


@st.composite
def objects(draw: st.DrawFn) -> Any:
    """Draw an instance, with its own attributes if its class allows them."""
    made = draw(classes())()
    for name in draw(st.lists(st.sampled_from(NAMES + SLOTS[:2]), max_size=4, unique=True)):
        with suppress(AttributeError):
            setattr(made, name, VALUES[draw(st.sampled_from(sorted(VALUES)))]())
    return made


@pytest.fixture(scope="module", params=[False, True], ids=["usual", "private names too"])
def registry(request: pytest.FixtureRequest) -> Iterator[tuple[tuberd.TuberRegistry, int]]:
    registry = tuberd.TuberRegistry({})
    server = tuberd.Server(
        registry, port=0, bind="127.0.0.1", expose_private=request.param, validate=False
    )
    serving = threading.Thread(target=server.serve)
    serving.start()
    yield registry, server.port
    server.stop()
    serving.join()


def test_exactly_the_listed_names_can_be_reached(
    registry: tuple[tuberd.TuberRegistry, int],
) -> None:
    served, port = registry
    most = 0
    with connected(port) as peer:

        def call(batch: Any) -> Any:
            body = json.dumps(batch).encode()
            peer.sendall(post_message(body, b"X-Tuber-Options: continue-on-error"))
            return json.loads(read_reply(peer)[1])

        @settings(
            max_examples=150,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        )
        @given(objects())
        def check(obj: Any) -> None:
            nonlocal most
            served["it"] = obj
            names = {*NAMES, *SLOTS, "told", "_told", "ghost", "_K__c", *dir(obj), *vars(obj)}
            most = max(most, check_reach(call, ["it"], names))

        check()
    assert most > 5
