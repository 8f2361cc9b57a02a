"""Inspecting attributes without running a getter."""

from __future__ import annotations

import functools
import weakref
from typing import Any

import pytest

from tuberd.exposure.attributes import (
    ABSENT,
    all_names,
    class_attribute,
    classes_of,
    dir_names,
    has_default_lookup,
    is_plain_method,
    own_attributes,
)


class Slotted:
    __slots__ = ("inside",)


class Base:
    def method(self) -> None: ...

    @property
    def gauge(self) -> int:
        raise AssertionError("a getter ran")


class Derived(Base):
    number = 1

    def __init__(self) -> None:
        self.own = 2


@pytest.mark.parametrize(
    "attribute",
    [
        Base.method,
        len,
        list.append,
        object.__init__,
        dict.__dict__["fromkeys"],
        staticmethod(len),
        classmethod(lambda cls: cls),
        functools.partialmethod(len),
    ],
)
def test_methods_are_recognised(attribute: object) -> None:
    assert is_plain_method(attribute)


@pytest.mark.parametrize(
    "attribute",
    [
        *(1, None, ABSENT, Base, Base(), property(len), functools.partial(len)),
        *(staticmethod(Base), Slotted.__dict__["inside"]),
        functools.cached_property(len),
    ],
)
def test_other_attributes_are_not_methods(attribute: object) -> None:
    assert not is_plain_method(attribute)


def test_attributes_of_the_class_and_its_bases_are_found_unread() -> None:
    assert class_attribute(Derived, "gauge") is Base.__dict__["gauge"]
    assert class_attribute(Derived, "number") == 1
    assert class_attribute(Derived, "own") is ABSENT


def test_names_are_found_unread() -> None:
    assert {"method", "gauge", "number", "own"} <= all_names(Derived())
    assert dict(own_attributes(Derived())) == {"own": 2}
    assert own_attributes(Slotted()) == {}
    assert "inside" in all_names(Slotted())


def test_wrong_special_attributes_are_ignored() -> None:
    class Lying:
        __dict__ = 7  # type: ignore[assignment]

        def __dir__(self) -> Any:
            return 7

    assert own_attributes(Lying()) == {}
    assert dir_names(Lying()) == set()
    assert "__dir__" in all_names(Lying())


def test_the_class_of_the_target_of_a_proxy_is_known() -> None:
    derived = Derived()
    proxy = weakref.proxy(derived)
    assert classes_of(derived) == (Derived,)
    assert classes_of(proxy) == (weakref.ProxyType, Derived)
    del derived
    assert classes_of(proxy) == (weakref.ProxyType,)


def test_classes_with_their_own_lookup_are_recognised() -> None:
    class Own:
        def __getattribute__(self, name: str) -> Any: ...

    assert has_default_lookup(Derived)
    assert not has_default_lookup(Own)
