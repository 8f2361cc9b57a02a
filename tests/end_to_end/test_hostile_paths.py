"""Names that must not be reached, tried as object, as property and as method, over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Wire

HOSTILE = [
    "__class__", "__init__", "__dict__", "__doc__", "__module__", "__func__", "__self__",
    "__globals__", "__init__.__globals__", "__reduce_ex__", "__getattribute__", "__subclasshook__",
    "__tuber_exclude__", "__tuber_expose__", "_private", "_secret", "_Instrument__x", "excluded",
    "json", "Mode", "module", "gains.append", "sensor.read", "nothing.__func__", "", " ", "mro",
    "no_such_name",
]  # fmt: skip

INSIDE = [
    ["instrument", "gains"],
    ["instrument", "nothing"],
    ["instrument", "mode"],
    ["instrument", "json"],
    ["instrument", "Mode"],
    ["instrument", "__class__"],
    ["instrument", "sensor", "read"],
    ["instrument", "sensor", "__class__"],
    ["instrument", ["gains", 0]],
    ["instrument", ["sensors", 0, "read"]],
    [["instrument", "sensor"]],
    [["array", 0, "read"]],
    [["array", "__class__"]],
    ["instrument", ["sensors", "append"]],
    ["instrument", ["mixed", "__init__"]],
    [],
    [[]],
    [None],
    ["instrument", None],
    ["instrument", [["sensors"], 0]],
]


def failure(wire: Wire, request: Any) -> dict[str, Any]:
    envelope = wire.call(request)
    assert list(envelope) == ["error"], envelope
    return dict(envelope["error"])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused_in_every_place(wire: Wire, name: str) -> None:
    base = "instrument"
    asked = [
        {"object": base, "method": name},
        {"object": base, "property": name},
        {"object": [base, name]},
        {"object": [base, name], "method": "append", "args": [1]},
        {"object": [base, name], "property": "x"},
        {"object": [base, [name, 0]], "method": "x"},
        {"object": name, "method": "x"},
        {"object": name},
    ]
    for request in asked:
        error = failure(wire, request)
        assert error["type"] in ("AttributeError", "KeyError", "TypeError", "IndexError"), error


@pytest.mark.parametrize("path", INSIDE)
def test_paths_do_not_lead_through_plain_values(wire: Wire, path: Any) -> None:
    for request in ({"object": path, "method": "append"}, {"object": path, "property": "x"}):
        error = failure(wire, request)
        assert error["type"] in ("AttributeError", "KeyError", "TypeError", "IndexError"), error


def test_exactly_the_listed_names_can_be_reached(wire: Wire) -> None:
    description = wire.call({"object": "instrument", "resolve": True})["result"]
    assert set(description["methods"]) == {
        "nothing", "count", "increment", "echo", "_exposed", "of_class", "static", "unencodable",
        "warn", "raise_it", "wait", "wait_started", "release", "sleep", "read_pipe",
        "thread_name",
    }  # fmt: skip
    assert set(description["objects"]) == {"sensor", "sensors", "mixed"}
    assert set(description["properties"]) == {"gains", "mode", "calls"}
    assert set(description["failed"]) == {"broken", "started", "go_on"}
    for name in description["properties"]:
        assert "result" in wire.call({"object": "instrument", "property": name})
    for name in description["failed"]:
        assert "error" in wire.call({"object": "instrument", "property": name})
    for name in [*description["methods"], *description["objects"]]:
        assert "__doc__" in wire.call({"object": "instrument", "property": name})["result"]


def test_a_cached_method_belongs_to_its_object(wire: Wire) -> None:
    before = failure(wire, {"object": "shadowed", "method": "read"})
    for _ in range(2):  # the second call uses the cache
        assert wire.call({"object": "twin", "method": "read"}) == {"result": "read"}
    assert failure(wire, {"object": "shadowed", "method": "read"}) == before


def test_a_property_that_raises_systemexit_hides_no_other_member(wire: Wire) -> None:
    description = wire.call({"object": "twin", "resolve": True})["result"]
    assert list(description["methods"]) == ["read"]
    assert description["failed"]["rude"]["type"] == "SystemExit"
    assert failure(wire, {"object": "twin", "property": "rude"})["type"] == "SystemExit"


def test_a_hidden_name_is_refused_as_a_missing_one_is(wire: Wire) -> None:
    hidden = failure(wire, {"object": "instrument", "method": "_private"})
    missing = failure(wire, {"object": "instrument", "method": "_privatf"})
    assert hidden["message"].replace("_private", "X") == missing["message"].replace("_privatf", "X")
