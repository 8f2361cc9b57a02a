"""Live properties of a Python and of a C++ object, over the raw wire and by our client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tuber
import tuberd.demo
from tests.support.live_server import LiveServer, live_server

from .conftest import Wire

REGISTRY = Path(tuberd.demo.__file__).with_name("registry.py")


@pytest.fixture
def demo() -> Iterator[LiveServer]:
    with live_server(REGISTRY) as server:
        yield server


def setting(path: str, name: str, value: Any) -> dict[str, Any]:
    return {"object": path, "method": "tuber_set", "args": [name, value]}


@pytest.mark.parametrize(
    ("path", "name", "value", "wrong"),
    [("PowerSupply", "output_offset", 0.5, 99), ("Receiver", "attenuation_db", 6.0, -1)],
)
def test_a_live_property_is_described_set_and_read(
    demo: LiveServer, path: str, name: str, value: float, wrong: float
) -> None:
    with Wire(demo.port) as wire:
        assert wire.call({"object": path, "resolve": True})["result"]["dynamic"] == [name]
        read = {"object": path, "property": name}
        assert wire.call(read) == {"result": 0.0}
        assert wire.call(setting(path, name, value)) == {"result": value}
        assert wire.call(read) == {"result": value}
        assert wire.call(setting(path, name, wrong))["error"]["type"] == "ValueError"
        assert wire.call(setting(path, name, "high"))["error"]["type"] == "TypeError"
        assert wire.call(setting(path, "serial", "x"))["error"]["type"] == "AttributeError"
        assert wire.call(read) == {"result": value}


def test_a_failure_shows_the_setter_and_a_refusal_nothing_of_ours(demo: LiveServer) -> None:
    with Wire(demo.port) as wire:
        refused = wire.call(setting("PowerSupply", "serial", "x"))["error"]
        assert "traceback" not in refused
        assert "its live properties are output_offset" in refused["message"]
        failed = wire.call(setting("PowerSupply", "output_offset", 99))["error"]
        assert "power_supply.py" in failed["traceback"]
        assert "reach.py" not in failed["traceback"]


def test_a_client_that_knows_methods_only_can_set(demo: LiveServer) -> None:
    with tuber.resolve_simple(demo.hostname) as board:
        assert board.PowerSupply.tuber_set("output_offset", 0.25) == 0.25
        with pytest.raises(AttributeError, match="can't be set"):
            board.PowerSupply.tuber_set("serial", "x")
