"""The compiled CBOR codec: reference counts, and users' code that runs during encoding.

tests/unit/tuber/codec tests the values of both codecs.
"""

from __future__ import annotations

import enum
import gc
import sys
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tuber.codec import DecodeError, EncodeError
from tuberd._core import CborCodec

COMPILED = CborCodec()


class Colour(enum.Enum):
    RED = "red"


def test_encoding_leaves_no_reference() -> None:
    array = np.arange(100_000.0)
    known = weakref.ref(array)
    parts = COMPILED.encode_parts([array, {"a": (array,)}])
    with pytest.raises(EncodeError):
        COMPILED.encode([array, object()])
    del array, parts
    assert known() is None


def test_decoding_leaves_no_reference() -> None:
    text = "a text of its own"
    octets = COMPILED.encode([text, {text: [text]}])
    before = sys.getallocatedblocks()
    for _ in range(1000):
        COMPILED.decode(octets)
    with pytest.raises(DecodeError):
        COMPILED.decode(octets[:-1])
    assert sys.getallocatedblocks() < before + 500


def endless() -> Any:
    """Return an object that contains itself without end."""

    @dataclass
    class Endless:
        depth: int = 0

        def __getattribute__(self, name: str) -> Any:
            return Endless() if name == "depth" else object.__getattribute__(self, name)

    return Endless()


def test_a_value_without_an_end_is_refused() -> None:
    with pytest.raises(EncodeError) as caught:
        COMPILED.encode(endless())
    assert caught.value.fault == "nested more than 256 levels deep, or it contains itself"


def test_an_error_in_users_code_gets_its_place() -> None:
    class Broken(enum.Enum):
        ONE = 1

        @property
        def value(self) -> Any:
            raise OSError("unplugged")

    with pytest.raises(
        EncodeError, match=r"^\$\[0\]: encoding it raised OSError: unplugged"
    ) as caught:
        COMPILED.encode([Broken.ONE])
    assert isinstance(caught.value.__cause__, OSError)


def test_a_list_that_users_code_changes_during_encoding_is_written_as_it_was() -> None:
    class Changing(enum.Enum):
        ONE = 1

        @property
        def value(self) -> Any:
            items.clear()
            pairs.clear()
            gc.collect()
            return 7

    items: list[Any] = [1, Changing.ONE, ["kept"], 3]
    pairs: dict[str, Any] = {"a": Changing.ONE, "b": ["kept"]}
    assert COMPILED.decode(COMPILED.encode(items)) == [1, 7, ["kept"], 3]
    pairs.update(a=Changing.ONE, b=["kept"])
    assert COMPILED.decode(COMPILED.encode(pairs)) == {"a": 7, "b": ["kept"]}
