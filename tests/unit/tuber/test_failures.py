"""Every cause of a failure over both shells and real sockets: what is raised, what it says, and
that the next call works when the peer is back.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest

import tuber
from tests.support.scripted_board import answer, serve
from tests.support.scripted_server import ScriptedServer, ServedConnection, http_reply
from tests.support.shells import Shell
from tuber import (
    TuberConnectionLost,
    TuberConnectionRefused,
    TuberConnectTimeout,
    TuberError,
    TuberNameNotFound,
    TuberNetworkError,
    TuberProtocolError,
    TuberTimeout,
    TuberUnreachable,
)
from tuber.network.address import parse_address
from tuber.network.errors import connect_error

# A context manager that yields the hostname and a function that repairs the peer.
Peer = Callable[[pytest.MonkeyPatch], AbstractContextManager[tuple[str, Callable[[], None]]]]


def misbehaving(misbehave: Callable[[ServedConnection], None]) -> Peer:
    """A server that handles its first connection like this and serves all others normally."""

    @contextlib.contextmanager
    def peer(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Callable[[], None]]]:
        over = threading.Event()

        def handler(connection: ServedConnection, number: int) -> None:
            if number == 1:
                misbehave(connection)
                assert over.wait(20)
            else:
                serve(connection, number)

        with ScriptedServer(handler) as server:
            try:
                yield server.hostname, lambda: None
            finally:
                over.set()

    return peer


def read_a_part_and_reset(connection: ServedConnection) -> None:
    assert connection.read_some(1000)
    connection.reset()


def replying(reply: bytes) -> Peer:
    def misbehave(connection: ServedConnection) -> None:
        connection.read_request()
        connection.send(reply)
        connection.close()

    return misbehaving(misbehave)


def read_and(end: Callable[[ServedConnection], None]) -> Peer:
    def misbehave(connection: ServedConnection) -> None:
        connection.read_request()
        end(connection)

    return misbehaving(misbehave)


@contextlib.contextmanager
def not_listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Callable[[], None]]]:
    """The port is reserved, and no program listens there at first."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))

        def back() -> None:
            listener.listen()
            threading.Thread(target=serve_from, args=(listener,), daemon=True).start()

        yield f"127.0.0.1:{listener.getsockname()[1]}", back


@contextlib.contextmanager
def full_backlog(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Callable[[], None]]]:
    """A machine that does not answer: its backlog is full, so the kernel drops SYNs."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        waiting = []
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            waiting.append(filler)

        def back() -> None:
            for filler in waiting:
                filler.close()
            listener.setblocking(False)
            with contextlib.suppress(BlockingIOError):  # until the queue is empty
                while True:
                    listener.accept()[0].close()
            listener.setblocking(True)
            threading.Thread(target=serve_from, args=(listener,), daemon=True).start()

        yield f"127.0.0.1:{listener.getsockname()[1]}", back


def serve_from(listener: socket.socket) -> None:
    """Serve all connections until the listener is closed."""
    with contextlib.suppress(OSError):
        while True:
            sock, _ = listener.accept()
            sock.settimeout(20)
            thread = threading.Thread(target=serve_and_close, args=(sock,), daemon=True)
            thread.start()


def serve_and_close(sock: socket.socket) -> None:
    with sock, contextlib.suppress(OSError):
        serve(ServedConnection(sock), 1)


def resolved_at_first_by(resolve: Callable[[], list[Any]]) -> Peer:
    """A host name that the system first fails to resolve, and later resolves."""

    @contextlib.contextmanager
    def peer(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Callable[[], None]]]:
        with ScriptedServer(serve) as server, monkeypatch.context() as patched:
            patched.setattr(socket, "getaddrinfo", lambda *args, **kwargs: resolve())

            def back() -> None:
                place = place_of("127.0.0.1", server.port)
                patched.setattr(socket, "getaddrinfo", lambda *args, **kwargs: [place])

            yield f"board:{server.port}", back

    return peer


def place_of(address: str, port: int) -> tuple[Any, ...]:
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)


def no_such_name() -> list[Any]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def status(line: str, body: bytes = b"", *fields: str) -> Peer:
    head = [f"HTTP/1.1 {line}", f"Content-Length: {len(body)}", "Connection: close", *fields]
    return replying("\r\n".join([*head, "", ""]).encode() + body)


HTML = http_reply("<html>", "Connection: close").replace(
    b"application/json", b"text/html; charset=utf-8"
)
RAN, NOT_RUN = "Board.read() may have run", "Board.read() was not run"


@dataclass(frozen=True)
class Cause:
    """A cause of failure, and what it must look like.

    Attributes:
        kind: exactly the class.
        builtin: of Python's exceptions, the one that ``except`` may name.
        parts: of the message, in addition to the URL.
        long: whether the call is more than the kernel takes.
    """

    name: str
    peer: Peer
    kind: type[TuberError]
    builtin: type[Exception]
    attributes: dict[str, Any]
    parts: tuple[str, ...]
    timeout: Any = 10
    long: bool = False


CAUSES = [
    Cause(
        "refused", not_listening, TuberConnectionRefused, ConnectionRefusedError,
        {"may_have_run": False, "errno": errno.ECONNREFUSED},
        ("Connection refused", NOT_RUN, "Is the server running there"),
    ),
    Cause(
        # The kernel of this machine refuses a TCP connection to the broadcast address.
        "unreachable", resolved_at_first_by(lambda: [place_of("255.255.255.255", 80)]),
        TuberUnreachable, OSError, {"may_have_run": False, "errno": errno.ENETUNREACH},
        ("is unreachable", NOT_RUN, "on the server's network"),
    ),
    Cause(
        "name not found", resolved_at_first_by(no_such_name), TuberNameNotFound, socket.gaierror,
        {"may_have_run": False, "errno": socket.EAI_NONAME},
        ("Could not resolve the host name 'board'", NOT_RUN, "spelling"),
    ),
    Cause(
        "timeout while connecting", full_backlog, TuberConnectTimeout, TimeoutError,
        {"may_have_run": False},
        ("Timed out after 0.2 s connecting", NOT_RUN, "switched on"), (0.2, 20),
    ),
    Cause(
        "timeout while waiting", read_and(lambda connection: None), TuberTimeout, TimeoutError,
        {"may_have_run": True, "errno": None},
        ("Timed out after 0.5 s waiting", RAN, "Ask the server"), (10, 0.5),
    ),
    Cause(
        "lost before all was sent", misbehaving(read_a_part_and_reset), TuberConnectionLost,
        ConnectionError, {"may_have_run": False},
        ("lost", NOT_RUN, "It is safe to call again"), long=True,
    ),
    Cause(
        "lost after", read_and(ServedConnection.close), TuberConnectionLost, ConnectionError,
        {"may_have_run": True}, ("closed it without a reply", RAN, "Ask the server"),
    ),
    Cause(
        "reset after", read_and(ServedConnection.reset), TuberConnectionLost, ConnectionError,
        {"may_have_run": True, "errno": errno.ECONNRESET}, ("lost", RAN, "Ask the server"),
    ),
    Cause(
        "lost in the reply", replying(http_reply(1)[:-1]), TuberConnectionLost, ConnectionError,
        {"may_have_run": True}, ("in the middle of its reply", RAN),
    ),
    Cause(
        "no HTTP", replying(b"SSH-2.0-OpenSSH\r\n\r\n"), TuberProtocolError, TuberError,
        {"may_have_run": True, "status": None},
        ("malformed HTTP reply", "SSH", RAN, "a tuber server listening"),
    ),
    Cause(
        "no envelope", replying(http_reply({"user": 1}, "Connection: close")), TuberProtocolError,
        TuberError, {"may_have_run": True, "status": None, "media_type": None},
        ("expected a member 'result' or 'error'", RAN, "a tuber server listening"),
    ),
    Cause(
        "no JSON", replying(http_reply(1, "Connection: close")[:-1] + b"{"),
        TuberProtocolError, TuberError, {"may_have_run": True},
        ("malformed", RAN, "a tuber server listening"),
    ),
    Cause(
        "a page", replying(HTML), TuberProtocolError, TuberError,
        {"may_have_run": True, "status": None, "media_type": "text/html"},
        ("'text/html'", RAN, "a tuber server listening"),
    ),
    Cause(
        "redirected", status("302 Found", b"", "Location: http://elsewhere:81/tuber"),
        TuberProtocolError, TuberError,
        {"status": 302, "location": "http://elsewhere:81/tuber", "may_have_run": True},
        ("HTTP 302", "redirect to http://elsewhere:81/tuber", "use hostname 'elsewhere:81'"),
    ),
    Cause(
        "redirected to https", status("308 Moved", b"", "Location: https://board/lab/tuber/"),
        TuberProtocolError, TuberError, {"status": 308}, ("use hostname 'https://board/lab/tuber/'",),
    ),
    Cause(
        "redirected to a bare host", status("307 There", b"", "Location: https://board/tuber/"),
        TuberProtocolError, TuberError, {"status": 307}, ("use hostname 'https://board' if",),
    ),
    Cause(
        "redirected to a path", status("301 Moved", b"", "Location: /login"), TuberProtocolError,
        TuberError, {"status": 301, "location": "/login"},
        ("redirect to /login", "not followed", "a tuber server listening"),
    ),
    *(
        Cause(
            f"status {number}", status(f"{number} X", b"the reason\nmore"), TuberProtocolError,
            TuberError, {"status": number, "may_have_run": ran == RAN, "location": None},
            (f"HTTP {number} (the reason)", ran, hint),
        )
        for number, ran, hint in (
            (401, NOT_RUN, "Give a token"), (403, NOT_RUN, "refuses this client"),
            (404, NOT_RUN, "is the port right"), (413, NOT_RUN, "in several calls"),
            (418, RAN, "a tuber server listening"), (500, RAN, "see its log"),
            (502, RAN, "is the server running"), (503, RAN, "try again later"),
            (504, RAN, "timeout"),
        )
    ),
]  # fmt: skip


def test_a_unix_socket_of_another_user_has_an_error_of_its_own() -> None:
    address = parse_address("unix:/run/tuber.sock")
    denied = PermissionError(errno.EACCES, "Permission denied")
    error = connect_error(denied, address, "Board.read()", None)
    assert (type(error), error.errno) == (TuberNetworkError, errno.EACCES)
    assert "--uds-mode" in str(error)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
def test_each_cause_has_its_error_and_the_next_call_works(
    shell: Shell, cause: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = tuber.SimpleTuberObject if shell.name == "blocking" else tuber.TuberObject
    with cause.peer(monkeypatch) as (hostname, back):
        board: Any = shell.finish(made(kind, hostname, cause.timeout))
        arguments = ("x" * 30_000_000,) if cause.long else ()
        with pytest.raises(cause.kind) as caught:
            shell.finish(read(board, *arguments))
        error = caught.value
        assert type(error) is cause.kind
        assert isinstance(error, cause.builtin)
        for name, value in cause.attributes.items():
            assert getattr(error, name) == value, name
        for part in (f"http://{hostname}/tuber", *cause.parts):
            assert part in str(error)
        back()
        assert shell.finish(read(board, "again")) == ["again"]
        shell.close(board)


def made(kind: Any, hostname: str, timeout: Any) -> Any:
    """A remote object that has sent no request yet, in the loop if there is one."""
    board = kind("Board", hostname=hostname, timeout=timeout)
    if kind is tuber.SimpleTuberObject:
        return board

    async def in_the_loop() -> Any:
        return board

    return in_the_loop()


def read(board: Any, *arguments: Any) -> Any:
    link = board._tuber_link
    return link.run(link.session.call("Board", "read", arguments, {}))


def test_an_impossible_name_is_not_found(shell: Shell) -> None:
    name = "x" * 64  # a label has up to 63 (RFC 1035 section 2.3.4): refused before any question
    with pytest.raises(TuberNameNotFound, match="Could not resolve the host name"):
        shell.resolve(name, "Board")


def test_errors_name_a_batch_and_a_description(shell: Shell) -> None:
    def handler(connection: ServedConnection, number: int) -> None:
        asked = connection.read_request()
        if number == 1:
            answer(connection, asked)
            connection.read_request()

    with ScriptedServer(handler) as server, shell.resolved(server.hostname) as board:
        context = board.tuber_context()
        context.read(1)
        context.read(2)
        with pytest.raises(TuberConnectionLost, match="a batch of 2 calls may have run"):
            shell.finish(context())
        with pytest.raises(TuberConnectionLost, match="may repeat the request to describe Board"):
            shell.finish(board.tuber_resolve(force=True))
