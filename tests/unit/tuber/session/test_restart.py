"""Restarts, without a network: replies with a new run id."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import signal
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.scripted_link import URL, ScriptedLink, ScriptedObject, ScriptedReply
from tuber import (
    TuberConnectionLost,
    TuberRemoteError,
    TuberRestartWarning,
    TuberStateError,
)
from tuber.codec import codec_for
from tuber.session.restart import REFRESH_SECONDS
from tuber.session.server_state import MAX_ATTEMPTS, Roots, ServerState

A, B, C = (letter * 32 for letter in "abc")


class RestartingServer:
    """A server whose run id and properties a test changes.

    Attributes:
        describe: what a description is answered by: an envelope, an error to throw, a reply.
    """

    def __init__(self) -> None:
        self.run_id: str | None = A
        self.gain = 1.0
        self.describe: Callable[[Any], Any] = self.description

    def description(self, asked: Any) -> Any:
        method = {"__doc__": None, "__signature__": None}
        members = {"methods": {"read": method}, "properties": {"gain": self.gain}}
        return {"result": members}

    def __call__(self, asked: Any) -> Any:
        each = asked if isinstance(asked, list) else [asked]
        answers = [self.describe(one) if one.get("resolve") else {"result": 7} for one in each]
        for answer in answers:
            if isinstance(answer, (Exception, ScriptedReply)):
                return answer
        body = codec_for("application/json").encode(
            answers if isinstance(asked, list) else answers[0]
        )
        return ScriptedReply(body, fields={"x-tuber-run": self.run_id} if self.run_id else {})

    def resolved(self, path: str = "Board", parent: Any = None) -> Any:
        kind = type("Restarting", (ScriptedObject,), {"answer": staticmethod(self.__call__)})
        made: Any = kind(path, parent=parent) if parent is not None else kind(path, hostname="b")
        made.tuber_resolve()
        return made


@pytest.fixture
def server() -> RestartingServer:
    return RestartingServer()


def texts_of(run: Callable[[], Any]) -> list[str]:
    """Return the restart warnings of a call, and check that they have the line of the caller."""
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        run()
    assert {each.category for each in shown} <= {TuberRestartWarning}
    return [str(each.message) for each in shown]


def test_the_first_run_id_does_not_warn(server: RestartingServer) -> None:
    board = server.resolved()
    assert texts_of(board.read) == []
    assert board._tuber_link.session.state.run_id == A


def test_after_a_restart_static_properties_are_read_again_and_the_result_is_kept(
    server: RestartingServer,
) -> None:
    board = server.resolved()
    assert board.gain == 1.0
    server.run_id, server.gain = B, 2.0
    with pytest.warns(TuberRestartWarning, match="was restarted") as shown:
        assert board.read() == 7
    assert len(shown) == 1
    assert URL in str(shown[0].message)
    assert "Board was read again" in str(shown[0].message)
    assert board.gain == 2.0
    assert texts_of(board.read) == []
    assert len(board._tuber_link.asked) == 4  # two descriptions, two calls


def test_each_restart_warns_with_the_default_filters(server: RestartingServer) -> None:
    board = server.resolved()
    told = []
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        for run_id in (B, C):
            server.run_id = run_id
            board.read()
        told = [str(each.message) for each in shown]
    assert [("bbbbbbbb" in text, "cccccccc" in text) for text in told] == [
        (True, False),
        (False, True),
    ]


def test_warnings_that_are_errors_leave_everything_sound(server: RestartingServer) -> None:
    board = server.resolved()
    server.run_id, server.gain = B, 2.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TuberRestartWarning):
            board.read()
    assert board.gain == 2.0
    assert texts_of(board.read) == []


def test_a_removed_object_raises_until_it_exists_again(server: RestartingServer) -> None:
    board = server.resolved()
    other = server.resolved("Other", parent=board)

    def without_board(asked: Any) -> Any:
        if asked["object"] == "Board":
            return {"error": {"message": "AttributeError: no 'Board'", "type": "AttributeError"}}
        return server.description(asked)

    server.run_id, server.describe = B, without_board
    (text,) = texts_of(other.read)
    assert "Other was read again" in text
    assert "Board no longer exists" in text
    for name in ("gain", "read", "tuber_is_container"):
        with pytest.raises(
            TuberStateError, match=r"no longer on the server .*tuber_resolve\(force=True\)"
        ):
            getattr(board, name)
    server.describe = server.description
    board.tuber_resolve(force=True)
    assert board.gain == 1.0


def test_a_forced_resolve_takes_the_new_run_without_a_warning(server: RestartingServer) -> None:
    board = server.resolved()
    server.run_id, server.gain = B, 2.0
    assert texts_of(lambda: board.tuber_resolve(force=True)) == []
    assert board.gain == 2.0
    assert texts_of(board.read) == []
    assert len(board._tuber_link.asked) == 3


def test_a_forced_resolve_refreshes_the_others_on_its_link(server: RestartingServer) -> None:
    board = server.resolved()
    other = server.resolved("Other", parent=board)
    server.run_id, server.gain = B, 2.0
    (text,) = texts_of(lambda: board.tuber_resolve(force=True))
    assert "Other was read again" in text
    assert (board.gain, other.gain) == (2.0, 2.0)


def test_a_resolve_that_fails_leaves_the_object_to_the_next_call(server: RestartingServer) -> None:
    board = server.resolved()
    server.run_id, server.gain = B, 2.0
    server.describe = lambda asked: {"error": {"message": "ValueError: x", "type": "ValueError"}}
    with pytest.raises(TuberRemoteError):
        board.tuber_resolve(force=True)
    server.describe = server.description
    (text,) = texts_of(board.read)
    assert "Board was read again" in text
    assert board.gain == 2.0


FAILURES: list[Any] = [
    TuberConnectionLost("connection lost", may_have_run=True),
    ScriptedReply(b"busy", 503, "text/plain"),
    ScriptedReply(b"<html>", 200, "text/html"),
    {"error": {"message": "ValueError: no", "type": "ValueError"}},
    {"error": {"message": "KeyError: 1", "type": "KeyError", "traceback": "in its own code"}},
    {"result": 1},
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda each: type(each).__name__)
def test_a_failed_refresh_loses_no_result_and_is_repeated(
    server: RestartingServer, failure: Any
) -> None:
    board = server.resolved()
    server.run_id, server.gain = B, 2.0
    server.describe = lambda asked: failure
    got = []
    (text,) = texts_of(lambda: got.append(board.read()))
    assert got == [7]
    assert "Board could not be read again" in text
    assert "until a later call" in text
    server.describe = server.description
    (text,) = texts_of(board.read)
    assert "Board was read again" in text
    assert board.gain == 2.0


def test_one_object_that_cannot_be_described_does_not_keep_others_stale(
    server: RestartingServer,
) -> None:
    board = server.resolved()
    other = server.resolved("Other", parent=board)
    failed = {"error": {"message": "ValueError: no", "type": "ValueError"}}
    server.run_id, server.gain = B, 2.0
    server.describe = lambda asked: (
        failed if asked["object"] == "Board" else server.description(asked)
    )
    (text,) = texts_of(board.read)
    assert "Other was read again; Board could not be" in text
    assert (board.gain, other.gain) == (1.0, 2.0)


def test_a_refresh_has_its_own_timeout_and_is_not_repeated_without_end(
    server: RestartingServer,
) -> None:
    board = server.resolved()
    server.run_id = B
    server.describe = lambda asked: TuberConnectionLost("lost", may_have_run=True)
    texts = [text for _ in range(MAX_ATTEMPTS + 2) for text in texts_of(board.read)]
    assert len(texts) == MAX_ATTEMPTS
    assert "until tuber_resolve(force=True) reads them" in texts[-1]
    refreshes = [each for each in board._tuber_link.requests if each.seconds is not None]
    assert [each.seconds for each in refreshes] == [REFRESH_SECONDS] * MAX_ATTEMPTS
    assert refreshes[0].limited(None) == REFRESH_SECONDS
    assert (refreshes[0].limited(1.0), refreshes[0].limited(1e6)) == (1.0, REFRESH_SECONDS)


def test_a_refusal_is_followed_by_no_refresh_before_the_next_reply(
    server: RestartingServer,
) -> None:
    board = server.resolved()
    link = board._tuber_link
    link._answer = lambda asked: ScriptedReply(b"", 503, "text/plain", {"x-tuber-run": B})
    with pytest.raises(Exception, match="503"):
        board.read()
    assert len(link.asked) == 2
    server.run_id, link._answer = B, server
    (text,) = texts_of(board.read)
    assert "Board was read again" in text


def test_a_server_without_run_ids_never_warns(server: RestartingServer) -> None:
    server.run_id = None
    board = server.resolved()
    assert texts_of(board.read) == []
    board = RestartingServer.resolved(server)
    server.run_id = A  # a proxy may remove it from some replies
    assert texts_of(board.read) == []
    server.run_id = None
    assert texts_of(board.read) == []
    assert board._tuber_link.session.state.run_id == A


def test_several_servers_at_one_address_warn_once(server: RestartingServer) -> None:
    board = server.resolved()
    texts = []
    for run_id in (B, A, B, A, B):
        server.run_id = run_id
        texts += texts_of(board.read)
    assert len(texts) == 2
    assert "was restarted" in texts[0]
    assert f"several servers answer at {URL}" in texts[1]
    assert len(board._tuber_link.asked) == 7


def test_a_late_reply_of_the_earlier_run_is_not_another_server(
    server: RestartingServer,
) -> None:
    board = server.resolved()
    link = board._tuber_link
    slow = link.session.call("Board", "read", (), {})
    next(slow)  # sent, and not answered yet
    server.run_id = B
    assert len(texts_of(board.read)) == 1
    with pytest.raises(StopIteration):
        slow.send(ScriptedReply(b'{"result": 1}', fields={"x-tuber-run": A}))
    assert texts_of(board.read) == []
    assert link.session.state.run_id == B


def test_a_description_that_comes_after_a_restart_was_noticed_is_read_again(
    server: RestartingServer,
) -> None:
    board = server.resolved()
    late = board._tuber_resolving(True)
    next(late)
    server.run_id, server.gain = B, 2.0
    texts_of(board.read)
    answer = ScriptedReply(
        codec_for("application/json").encode(
            {"result": {"properties": {"gain": 1.0}, "methods": {}}}
        ),
        fields={"x-tuber-run": A},
    )
    with pytest.raises(StopIteration):
        late.send(answer)
    texts_of(lambda: board._tuber_link.run(board._tuber_link.session.call("Board", "read", (), {})))
    assert board.gain == 2.0


def test_calls_at_the_same_time_refresh_once(server: RestartingServer) -> None:
    board = server.resolved()
    link = board._tuber_link
    first, second = (link.session.call("Board", "read", (), {}) for _ in range(2))
    next(first)
    next(second)
    reply = ScriptedReply(b'{"result": 1}', fields={"x-tuber-run": B})
    refresh = first.send(reply)
    assert refresh.seconds == REFRESH_SECONDS
    with pytest.raises(StopIteration):
        second.send(reply)  # answered without a refresh of its own
    first.close()  # abandoned in the middle: the next call refreshes
    server.run_id, server.gain = B, 2.0
    (text,) = texts_of(board.read)
    assert "Board was read again" in text
    assert board.gain == 2.0


def test_a_second_restart_during_the_refresh_is_followed(server: RestartingServer) -> None:
    board = server.resolved()
    server.run_id = B

    def describe(asked: Any) -> Any:
        server.run_id, server.gain = C, 3.0
        return server.description(asked)

    server.describe = describe
    texts_of(board.read)
    assert board.gain == 3.0
    assert texts_of(board.read) == []
    assert board._tuber_link.session.state.run_id == C


def test_a_batch_refreshes_and_warns_when_a_result_is_taken(
    server: RestartingServer,
) -> None:
    board = server.resolved()
    server.run_id, server.gain = B, 2.0

    class Started:
        """Run a conversation at once, like a thread would."""

        def __init__(self, outcomes: Any) -> None:
            self.outcomes = outcomes

        def done(self) -> bool:
            return True

        def result(self) -> Any:
            return self.outcomes

    link = board._tuber_link
    link.varied = lambda **options: link
    link.start = lambda conversation: Started(link.run(conversation))
    context = board.tuber_context()
    future = context.read()
    sent: list[Any] = []
    assert texts_of(lambda: sent.append(context._tuber_begin())) == []
    assert board.gain == 2.0
    assert len(texts_of(future.result)) == 1
    assert texts_of(sent[0].results) == []


def test_reading_several_objects_warns_of_a_restart_too(server: RestartingServer) -> None:
    board = server.resolved()
    server.run_id = B
    session = board._tuber_link.session
    reading = session.read_properties(["Board"], "gain")
    assert len(texts_of(lambda: board._tuber_link.run(reading))) == 1


def test_a_part_is_read_again_although_its_root_was_dropped(server: RestartingServer) -> None:
    def describe(asked: Any) -> Any:
        sensor = {"methods": {"read": {}}, "properties": {"gain": server.gain}}
        rack = {"keys": 2, "values": {"objects": {"sensor": sensor}}}
        path = asked["object"]
        last = path if isinstance(path, str) else path[-1]
        if last == "Board":
            return {"result": {"objects": {"rack": rack}}}
        return {"result": sensor if last == "sensor" else rack}

    server.describe = describe
    rack = server.resolved().rack
    part = rack[1].sensor
    roots = part._tuber_link.session.state.roots
    assert [each._tuber_path for each in roots] == [["Board", "rack"]]
    del rack
    assert [each._tuber_path for each in roots] == [["Board", ["rack", 1], "sensor"]]
    server.run_id, server.gain = B, 2.0
    (text,) = texts_of(part.read)
    assert "Board.rack[1].sensor was read again" in text
    assert part.gain == 2.0
    del part
    assert len(roots) == 0


def test_a_part_of_a_stale_root_that_was_dropped_is_stale(server: RestartingServer) -> None:
    sensor = {"methods": {"read": {}}, "properties": {"gain": 1}}
    server.describe = lambda asked: {
        "result": {"objects": {"sensor": sensor}} if asked["object"] == "Board" else sensor
    }
    board = server.resolved()
    part, state = board.sensor, board._tuber_link.session.state
    state.note(B, A)
    del board
    assert list(state.stale) == [part]
    assert state.any_stale


def test_roots_are_kept_apart_by_identity_and_not_kept_alive() -> None:
    class Equal(ScriptedObject):
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            return True

    roots, first, second = Roots(), Equal("A", hostname="b"), Equal("B", hostname="b")
    roots.add(first)
    roots.add(second)
    roots.add(second)
    assert [each._tuber_path for each in roots] == ["A", "B"]
    del first
    gc.collect()
    assert [each._tuber_path for each in roots] == ["B"]
    roots.discard(second)
    roots.discard(second)
    assert len(roots) == 0


def test_a_pickled_run_id_is_compared(server: RestartingServer) -> None:
    state = ServerState(URL, run_id=C)
    for again in (state, pickle.loads(pickle.dumps(state)), copy.deepcopy(state)):
        assert again.run_id == C
        link = ScriptedLink(server)
        link.session.state = again
        link_call = link.session.call("Board", "read", (), {})
        (text,) = texts_of(lambda link=link, call=link_call: link.run(call))
        assert "was restarted" in text


def test_a_stale_copy_is_still_read_again(
    server: RestartingServer,
) -> None:
    board = server.resolved()
    server.run_id, server.gain = B, 2.0
    server.describe = lambda asked: TuberConnectionLost("lost", may_have_run=True)
    texts_of(board.read)
    state = pickle.loads(pickle.dumps(board._tuber_link.session.state))
    copied = copy.copy(board)
    del board
    gc.collect()
    server.describe = server.description
    (text,) = texts_of(copied.read)
    assert "Board was read again" in text
    assert copied.gain == 2.0
    assert state.note(B, state.run_id), "it is as new there as it was here"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_does_not_wait_for_a_thread_of_its_parent() -> None:
    class Root:
        _tuber_path = "Board"

    root: Any = Root()
    state = ServerState(URL, run_id=B)
    state.described(root, A)
    assert state.begin_refresh(None) == [root]  # as another thread would at this moment
    with state._lock:
        child = os.fork()
        if child == 0:
            signal.alarm(20)  # ends a child that hangs
            begun = state.begin_refresh(None)
            os._exit(0 if begun == [root] else 1)
    assert os.waitpid(child, 0) == (child, 0)
    assert state.begin_refresh(None) == []  # the parent's is still running
