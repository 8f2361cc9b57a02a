"""Batches of descriptions are made once; results of any depth fail in their own call alone."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any

import pytest

import tuber
from tests.end_to_end.conftest import Wire
from tests.support.live_server import live_server

REGISTRY = """
import sys
from dataclasses import dataclass
from typing import Any


@dataclass
class Record:
    value: Any


WRAPS = {
    "list": lambda value: [value],
    "dict": lambda value: {"a": value},
    "tuple": lambda value: (value,),
    "dataclass": Record,
    "complex": lambda value: [1j, value],
}


class Board:
    reads = 0

    @property
    def gain(self):
        type(self).reads += 1
        return type(self).reads

    def touch(self):
        return 1

    def deep(self, wrap, recursion_limit):
        before, value = sys.getrecursionlimit(), None
        sys.setrecursionlimit(recursion_limit or before)
        for _ in range(200_000):
            value = WRAPS[wrap](value)
        return value


registry = {f"board{n}": Board() for n in range(10)}
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = Path(tmp_path_factory.mktemp("registry")) / "registry.py"
    path.write_text(REGISTRY)
    with live_server(path) as server:
        yield server.port


def test_ten_thousand_descriptions_are_made_once(port: int) -> None:
    everything = {"resolve": True}
    with Wire(port) as wire:
        (first,) = wire.call([everything])
        before = monotonic()
        answers = wire.call([everything] * 10_000)
        assert monotonic() - before < 30  # one by one it takes minutes
    gains = {answer["result"]["objects"]["board0"]["properties"]["gain"] for answer in answers}
    assert gains == {first["result"]["objects"]["board9"]["properties"]["gain"] + 1}


def test_after_a_method_the_description_is_made_again(port: int) -> None:
    describe = {"object": "board0", "resolve": True}
    with Wire(port) as wire:
        touch = {"object": "board0", "method": "touch"}
        answers = wire.call([describe, describe, touch, describe])
    first, second, _, third = (answer["result"] for answer in answers)
    assert first == second
    assert third["properties"]["gain"] == first["properties"]["gain"] + 1


@pytest.mark.parametrize("recursion_limit", [None, 100, 10**6])
@pytest.mark.parametrize("wrap", ["list", "dict", "tuple", "dataclass", "complex"])
def test_a_result_of_any_depth_fails_cleanly(
    port: int, wrap: str, recursion_limit: int | None
) -> None:
    with tuber.resolve_simple(f"127.0.0.1:{port}") as lab:
        with pytest.raises(TypeError, match=r"^TypeError: result[.\[]"):
            lab.board0.deep(wrap, recursion_limit)
        assert lab.board0.touch() == 1
