"""The conversations, without a network."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import pytest

from tests.support.scripted_link import URL, ScriptedLink, ScriptedReply
from tuber import TuberProtocolError, TuberRemoteError, TuberRemoteWarning, TuberResult
from tuber.codec import EncodeError
from tuber.options import Options
from tuber.protocol import Description, Failure, Result


def call(link: ScriptedLink, *args: Any, **kwargs: Any) -> Any:
    return link.run(link.session.call("Board", "read", args, kwargs))


def test_a_call_is_sent_as_the_protocol_says() -> None:
    link = ScriptedLink(lambda asked: {"result": 5})
    assert call(link, 1, n=2) == 5
    assert call(link) == 5
    assert link.asked == [
        {"object": "Board", "method": "read", "args": [1], "kwargs": {"n": 2}},
        {"object": "Board", "method": "read"},
    ]


def test_maps_become_objects_with_convert_json() -> None:
    answer = {"result": {"a": [{"b": 1}]}}
    assert call(ScriptedLink(lambda asked: answer)).a[0].b == 1
    plain = call(ScriptedLink(lambda asked: answer, Options(convert_json=False)))
    assert type(plain) is dict
    assert type(plain["a"][0]) is dict


def test_a_failure_is_raised_and_names_the_call() -> None:
    link = ScriptedLink(
        lambda asked: {"error": {"message": "KeyError: 'n'", "type": "KeyError", "traceback": "T"}}
    )
    with pytest.raises(KeyError) as caught:
        call(link)
    assert isinstance(caught.value, TuberRemoteError)
    assert caught.value.remote_traceback == "T"
    if sys.version_info >= (3, 11):  # exceptions have notes
        assert any(f"Board.read() at {URL}" in note for note in caught.value.__notes__)


def test_a_remote_stop_iteration_does_not_end_the_conversation() -> None:
    link = ScriptedLink(
        lambda asked: {"error": {"message": "StopIteration", "type": "StopIteration"}}
    )
    with pytest.raises(TuberRemoteError, match="StopIteration"):
        call(link)


def test_warnings_are_shown_at_the_callers_line() -> None:
    link = ScriptedLink(lambda asked: {"result": 1, "warnings": ["getting hot", "very hot"]})
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        call(link)
    assert [str(each.message) for each in shown] == ["getting hot", "very hot"]
    assert {each.category for each in shown} == {TuberRemoteWarning}
    assert all(each.filename.endswith("scripted_link.py") for each in shown)


def test_an_argument_that_cannot_be_encoded_is_named_and_nothing_is_sent() -> None:
    link = ScriptedLink(lambda asked: {"result": 1})
    with pytest.raises(EncodeError, match=r"^args\[0\]\.gain of Board\.read\(\): object is not"):
        call(link, {"gain": object()})
    assert link.asked == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (ScriptedReply(b"{"), "not JSON"),
        (ScriptedReply(b"{}"), "expected a member 'result' or 'error'"),
        (ScriptedReply(b"[]"), "expected a map"),
        (ScriptedReply(b"<html>", media_type="text/html"), "no codec for the media type"),
    ],
)
def test_a_malformed_reply_says_that_the_call_may_have_run(
    answer: ScriptedReply, message: str
) -> None:
    with pytest.raises(TuberProtocolError, match=message) as caught:
        call(ScriptedLink(lambda asked: answer))
    assert caught.value.may_have_run
    assert "Board.read() may have run" in str(caught.value)
    assert URL in str(caught.value)


RUN_ID = {"x-tuber-run": "0" * 32}
REFUSED = [400, 403, 404, 405, 406, 408, 413, 414, 415, 417, 431, 505]


@pytest.mark.parametrize(
    ("status", "fields", "may_have_run"),
    [
        *((status, {}, False) for status in REFUSED),
        (503, RUN_ID, False),
        (503, {}, True),
        *((status, RUN_ID, True) for status in (201, 204, 302, 407, 418, 429, 500, 502, 504)),
    ],
)
def test_only_a_refusal_says_that_the_call_was_not_run(
    status: int, fields: dict[str, str], may_have_run: bool
) -> None:
    reply = ScriptedReply(b"no such file\nx", status, "text/plain", fields)
    with pytest.raises(TuberProtocolError, match=rf"HTTP {status} \(no such file\)") as caught:
        call(ScriptedLink(lambda asked: reply))
    assert (caught.value.status, caught.value.may_have_run) == (status, may_have_run)
    ran = "may have run" if may_have_run else "was not run"
    assert f"Board.read() {ran}" in str(caught.value)


def test_a_property_of_several_objects_is_read_with_one_request() -> None:
    link = ScriptedLink(lambda asked: [{"result": {"a": 1}}, {"result": 2}])
    values = link.run(link.session.read_properties(["A", ["B", "c"]], "gain"))
    assert (values[0].a, values[1]) == (1, 2)
    assert link.asked == [
        [{"object": "A", "property": "gain"}, {"object": ["B", "c"], "property": "gain"}]
    ]
    assert link.run(link.session.read_properties([], "gain")) == []
    assert len(link.asked) == 1


def test_the_first_object_whose_property_cannot_be_read_is_named() -> None:
    failure = {"error": {"message": "OSError: no sensor", "type": "OSError"}}
    skipped = {"error": {"message": "not run", "type": "tuber.NotExecuted"}}
    link = ScriptedLink(lambda asked: [{"result": 1}, failure, skipped])
    with pytest.raises(OSError, match="no sensor") as caught:
        link.run(link.session.read_properties(["A", "B", "C"], "gain"))
    assert any(
        f"B.gain at {URL}" in note
        for note in getattr(caught.value, "__notes__", [f"B.gain at {URL}"])
    )


def test_a_property_is_read() -> None:
    link = ScriptedLink(lambda asked: {"result": {"a": 1}})
    value = link.run(link.session.read_property(["Board", "adc"], "gain"))
    assert isinstance(value, TuberResult)
    assert link.asked == [{"object": ["Board", "adc"], "property": "gain"}]


def test_a_batch_gives_the_outcomes_in_order() -> None:
    link = ScriptedLink(lambda asked: [{"result": 1}, {"error": {"message": "no"}}])
    calls = [{"object": "Board", "method": "a"}, {"object": "Board", "method": "b"}]
    outcomes = link.run(link.session.batch(calls, "a batch", continue_on_error=True))
    assert list(outcomes) == [Result(1), Failure("no")]
    assert link.asked == [calls]
    assert link.options_sent == [("continue-on-error",)]


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (
            {"error": {"message": "ValueError: bad body", "type": "ValueError"}},
            ValueError,
            "bad body",
        ),
        ({"result": 1}, TuberProtocolError, "expected an array of 1"),
        ([], TuberProtocolError, "expected an array of 1"),
        ([{}], TuberProtocolError, "expected a member"),
        (1, TuberProtocolError, "expected an array of 1"),
    ],
)
def test_a_malformed_reply_to_a_batch_is_an_error(
    answer: Any, error: type[Exception], message: str
) -> None:
    link = ScriptedLink(lambda asked: answer)
    with pytest.raises(error, match=message):
        link.run(link.session.batch([{"object": "Board", "method": "a"}], "a batch"))
    assert link.options_sent == [()]


def test_a_description_is_requested_once() -> None:
    link = ScriptedLink(lambda asked: {"result": {"__doc__": "A board.", "methods": {}}})
    assert link.run(link.session.describe("Board")) == Description("A board.")
    assert link.asked == [{"object": "Board", "resolve": True}]


@pytest.mark.parametrize("answer", [1, None, [], {"methods": 1}, {"values": {}}])
def test_a_malformed_description_is_refused_with_its_path(answer: Any) -> None:
    link = ScriptedLink(lambda asked: {"result": answer})
    with pytest.raises(TuberProtocolError, match="the request to describe the registry"):
        link.run(link.session.describe(None))


@pytest.mark.parametrize("accept_types", [(), ("text/html",)])
def test_options_that_make_no_sense_are_refused(accept_types: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="media type"):
        Options(accept_types=accept_types)
