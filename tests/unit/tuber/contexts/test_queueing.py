"""Calls that are queued in a context, and the request that sends them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.batch_server import BatchServer
from tests.support.shells import Shell
from tuber import TuberError
from tuber.codec import EncodeError


def test_calls_of_any_depth_are_sent_as_one_batch(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    with shell.within(board.tuber_context()) as context:
        context.read(1, n=2)
        context.adc.read()
        context.adcs[3]["a"].gain.read()
        context[-1].read()
        results = shell.finish(context())
    calls = [
        {"object": "Board", "method": "read", "args": [1], "kwargs": {"n": 2}},
        {"object": ["Board", "adc"], "method": "read"},
        {"object": ["Board", ["adcs", 3, "a"], "gain"], "method": "read"},
        {"object": [["Board", -1]], "method": "read"},
    ]
    assert served.batches == [calls]
    assert results == calls


def test_a_call_has_only_its_own_arguments(shell: Shell, board: Any, served: BatchServer) -> None:
    with shell.within(board.tuber_context()) as context:
        read = context.read
        read()
        read(1)
        read(n=2)
        read()
        shell.finish(context())
    calls = [{k: call[k] for k in ("args", "kwargs") if k in call} for call in served.batches[0]]
    assert calls == [{}, {"args": [1]}, {"kwargs": {"n": 2}}, {}]


def test_a_context_of_the_registry_names_objects(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    registry = type(board)(parent=board)
    with shell.within(registry.tuber_context()) as context:
        context.Board.read()
        context.Boards[0].read()
    assert [call["object"] for call in served.batches[0]] == ["Board", [["Boards", 0]]]


def test_an_empty_queue_sends_nothing(shell: Shell, board: Any, served: BatchServer) -> None:
    with shell.within(board.tuber_context()) as context:
        assert shell.finish(context()) == []
    assert served.batches == []


def test_an_argument_that_cannot_be_encoded_is_named_and_nothing_is_sent(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    context.read(1)
    context.read(object())
    where = r"^args\[0\] of Board\.read\(\), call 1 of the batch: object is not supported"
    with pytest.raises(EncodeError, match=where):
        shell.finish(context())
    assert served.batches == []


def test_the_repr_shows_the_queue(shell: Shell, board: Any) -> None:
    context = board.tuber_context()
    future = context.adc[1].read()
    assert repr(future).endswith("of Board.adc[1].read(): queued>")
    assert repr(context).endswith("of Board: 1 calls queued>")
    shell.finish(context())
    assert repr(future).endswith(": done>")
    with pytest.raises(TypeError, match=r"Board\.adc\[1\] is an item"):
        context.adc[1]()
    for name in ("_ipython_display_", "_sa_instance_state", "_repr_html_"):
        assert not hasattr(context, name)
        assert not hasattr(context.adc, name)


def test_ten_thousand_calls_are_one_request(shell: Shell, board: Any, served: BatchServer) -> None:
    with shell.within(board.tuber_context()) as context:
        futures = [context.read(n) for n in range(10_000)]
        results = shell.finish(context())
    assert [result.args for result in results] == [[n] for n in range(10_000)]
    assert shell.result(futures[-1]).args == [9_999]
    assert len(served.batches) == 1


def test_broadcast_arguments_are_added_to_every_call_of_a_method(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context(unit="V", n=1)
    context.read()
    context.adc.read(m=2)
    context.tuber_get("gain")
    shell.finish(context())
    assert [call.get("kwargs") for call in served.batches[0]] == [
        {"unit": "V", "n": 1},
        {"unit": "V", "n": 1, "m": 2},
        None,
    ]


def test_an_argument_given_twice_is_refused_and_not_queued(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context(n=1)
    context.read()
    with pytest.raises(TypeError, match=r"Board\.adc\.read\(\) got n=2, .* n=1"):
        context.adc.read(n=2)
    shell.finish(context())
    assert [call["kwargs"] for call in served.batches[0]] == [{"n": 1}]


def test_properties_are_read_and_set_in_order_with_calls(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    with shell.within(board.tuber_context()) as context:
        context.tuber_get("gain")
        context.tuber_set("gain", None)
        context.adcs[-1].tuber_set("gain", 2)
        context.read()
        context.adcs["a"].inner.tuber_get("gain")
    assert served.batches == [
        [
            {"object": "Board", "property": "gain"},
            {"object": "Board", "method": "tuber_set", "args": ["gain", None]},
            {"object": ["Board", ["adcs", -1]], "method": "tuber_set", "args": ["gain", 2]},
            {"object": "Board", "method": "read"},
            {"object": ["Board", ["adcs", "a"], "inner"], "property": "gain"},
        ]
    ]


def test_properties_of_items_are_read_and_set_by_their_container(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    context.adcs.tuber_get("gain", keys=iter([2, 0]))
    context.adcs.tuber_set("gain", 1.5, keys=["a"])
    context.adcs.tuber_set("gain", keys=[0, 1], values=(1.5, 2.5))
    context.adcs.tuber_call("read", 3, keys=[1])
    shell.finish(context())
    path = ["Board", "adcs"]
    assert served.batches[0] == [
        {"object": path, "method": "tuber_get", "args": ["gain"], "kwargs": {"keys": [2, 0]}},
        {"object": path, "method": "tuber_set", "args": ["gain", 1.5], "kwargs": {"keys": ["a"]}},
        {
            "object": path,
            "method": "tuber_set",
            "args": ["gain"],
            "kwargs": {"keys": [0, 1], "values": [1.5, 2.5]},
        },
        {"object": path, "method": "tuber_call", "args": ["read", 3], "kwargs": {"keys": [1]}},
    ]


@pytest.mark.parametrize("wrong", [{}, {"value": 1, "values": [1]}])
def test_setting_needs_either_value_or_values(board: Any, wrong: dict[str, Any]) -> None:
    context = board.tuber_context()
    with pytest.raises(TypeError, match="either value or values"):
        context.adcs.tuber_set("gain", **wrong)
    assert repr(context).endswith(": 0 calls queued>")


def test_methods_with_local_names_can_be_called(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    context.tuber_attribute("send")(1)
    context.tuber_attribute("tuber_get")("x")
    context.adc.send()
    context.adc.tuber_attribute("tuber_set").read()
    shell.finish(context())
    assert served.batches[0] == [
        {"object": "Board", "method": "send", "args": [1]},
        {"object": "Board", "method": "tuber_get", "args": ["x"]},
        {"object": ["Board", "adc"], "method": "send"},
        {"object": ["Board", "adc", "tuber_set"], "method": "read"},
    ]


@pytest.mark.parametrize("name", ["tuber_resolve", "tuber_context", "tuber_frobnicate"])
def test_local_names_are_not_queued_by_mistake(board: Any, name: str) -> None:
    context = board.tuber_context()
    for place in (context, context.adc, context.adcs[0]):
        with pytest.raises(AttributeError, match=f"tuber_attribute\\('{name}'\\)"):
            getattr(place, name)


def test_other_values_than_items_are_refused(board: Any) -> None:
    context = board.tuber_context()
    for wrong in (slice(1), 1.5, None):
        with pytest.raises(TypeError, match="index"):
            context.adcs[wrong]
    with pytest.raises(TypeError, match="registry"):
        type(board)(parent=board).tuber_context()[0]


def test_a_context_is_not_iterated_without_end(board: Any) -> None:
    context = board.tuber_context()
    for place in (context, context.adcs, context.adcs[0]):
        with pytest.raises(TypeError):
            iter(place)
        with pytest.raises(TypeError):
            1 in place  # noqa: B015  # raises before it is compared


def test_an_assignment_is_queued(shell: Shell, board: Any, served: BatchServer) -> None:
    with shell.within(board.tuber_context()) as context:
        context.offset = 3
        context.adc[0].offset = None
        shell.finish(context())
    assert served.batches == [
        [
            {"object": "Board", "method": "tuber_set", "args": ["offset", 3]},
            {"object": ["Board", ["adc", 0]], "method": "tuber_set", "args": ["offset", None]},
        ]
    ]


def test_no_assignment_takes_a_name_of_the_context(board: Any) -> None:
    context = board.tuber_context()
    with pytest.raises(AttributeError, match="tuber_get"):
        context.adc.tuber_get = 1


@pytest.mark.parametrize("shell", ["asyncio"], indirect=True)
def test_a_plain_with_raises_an_error_that_names_async_with(board: Any) -> None:
    with pytest.raises(TypeError, match="async with"), board.tuber_context():
        raise AssertionError


def test_an_encode_error_is_a_tuber_error(shell: Shell, board: Any) -> None:
    with pytest.raises(TuberError):
        shell.finish(board.read(object()))
