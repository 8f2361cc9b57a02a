"""https: trusted authorities, messages of failures, ends of connections."""

from __future__ import annotations

import ssl
import subprocess
import sys
import threading
from typing import Any

import pytest

from tests.support.certificates import client_context, server_context
from tests.support.scripted_board import DESCRIPTION, answer, serve
from tests.support.scripted_server import ScriptedServer, ServedConnection, http_reply
from tests.support.shells import Shell
from tuber import TuberConnectionLost, TuberNetworkError, TuberTimeout


def tls_server(handler: Any = serve, *names: str, expired: bool = False) -> ScriptedServer:
    context = server_context(*(names or ("127.0.0.1", "localhost")), expired=expired)
    return ScriptedServer(handler, ssl_context=context)


def test_calls_follow_each_other_on_one_encrypted_connection(every_shell: Shell) -> None:
    shell = every_shell
    with tls_server() as server:
        with shell.resolved(server.hostname, ssl_context=client_context()) as board:
            assert [shell.finish(board.read(n)) for n in range(5)] == [[n] for n in range(5)]
            text = "x" * 3_000_000
            assert shell.finish(board.read(text)) == [text]
        assert server.connections == 1


def test_the_name_is_sent_to_the_server_and_checked(every_shell: Shell) -> None:
    named: list[Any] = []
    context = server_context("localhost")
    context.sni_callback = lambda sock, name, context: named.append(name)
    with ScriptedServer(serve, ssl_context=context) as server:
        where = f"https://localhost:{server.port}"
        with every_shell.resolved(where, ssl_context=client_context()) as board:
            assert every_shell.finish(board.read(1)) == [1]
    assert named == ["localhost"]


@pytest.mark.parametrize(
    ("names", "expired", "trusted", "message"),
    [
        ((), False, False, r"not accepted .*ssl_context=ssl\.create_default_context\(cafile="),
        (("board.lab",), False, True, "not accepted .*by a name that is in the certificate"),
        ((), True, True, "not accepted .*expired.*clocks of both machines"),
    ],
)
def test_a_certificate_that_is_not_accepted_says_what_to_do(
    every_shell: Shell, names: tuple[str, ...], expired: bool, trusted: bool, message: str
) -> None:
    context = client_context() if trusted else None
    with tls_server(serve, *names, expired=expired) as server:
        with pytest.raises(TuberNetworkError, match=message + ".*was not run") as caught:
            every_shell.resolve(server.hostname, ssl_context=context)
        assert not caught.value.may_have_run
        assert server.hostname in str(caught.value)


def test_a_server_without_tls_is_reported(every_shell: Shell) -> None:
    def handler(connection: ServedConnection, number: int) -> None:
        connection.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        connection.wait_for_the_end()

    with (
        ScriptedServer(handler) as server,
        pytest.raises(TuberNetworkError, match="Does the server speak TLS on that port"),
    ):
        every_shell.resolve(f"https://{server.hostname}")


def test_a_handshake_that_takes_too_long_is_a_timeout(every_shell: Shell) -> None:
    def handler(connection: ServedConnection, number: int) -> None:
        connection.wait_for_the_end()

    with (
        ScriptedServer(handler) as server,
        pytest.raises(TuberTimeout, match=r"Timed out .*connecting to https://.*was not run"),
    ):
        every_shell.resolve(f"https://{server.hostname}", timeout=(0.1, None))


@pytest.mark.parametrize("announced", [True, False])
def test_a_stale_connection_is_noticed_before_anything_is_sent(
    every_shell: Shell, announced: bool
) -> None:
    closed = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        answer(connection, connection.read_request())
        if number > 1:
            serve(connection, number)
        elif announced:
            connection.begin_goodbye()
            closed.set()
            connection.wait_for_the_end()
        else:
            connection.close()
            closed.set()

    with (
        tls_server(handler) as server,
        every_shell.resolved(server.hostname, ssl_context=client_context()) as board,
    ):
        assert closed.wait(10)
        assert every_shell.finish(board.read(1)) == [1]
        assert server.connections == 2


BODY_WITHOUT_LENGTH = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    + http_reply({"result": DESCRIPTION}).partition(b"\r\n\r\n")[2]
)


def test_a_reply_may_end_with_an_announced_end(every_shell: Shell) -> None:
    if every_shell.name == "asyncio" and sys.version_info < (3, 11):
        pytest.skip("asyncio of Python 3.10 does not report an announced end")

    def handler(connection: ServedConnection, number: int) -> None:
        connection.read_request()
        connection.send(BODY_WITHOUT_LENGTH)
        connection.begin_goodbye()
        connection.wait_for_the_end()

    with (
        tls_server(handler) as server,
        every_shell.resolved(server.hostname, ssl_context=client_context()) as board,
    ):
        assert board.gain == 2.0


def test_a_reply_that_is_cut_without_announcement_is_lost(every_shell: Shell) -> None:
    def handler(connection: ServedConnection, number: int) -> None:
        connection.read_request()
        connection.send(BODY_WITHOUT_LENGTH)
        connection.close()

    with (
        tls_server(handler) as server,
        pytest.raises(TuberConnectionLost, match=r"may repeat the request to describe"),
    ):
        every_shell.resolve(server.hostname, ssl_context=client_context())


def test_the_client_announces_its_end(every_shell: Shell) -> None:
    heard: list[bool] = []

    def handler(connection: ServedConnection, number: int) -> None:
        answer(connection, connection.read_request())
        heard.append(connection.heard_goodbye())

    with tls_server(handler) as server:
        board = every_shell.resolve(server.hostname, ssl_context=client_context())
        every_shell.close(board)
    assert heard == [True]


def test_ssl_is_imported_only_for_https() -> None:
    code = (
        "import sys, tuber; tuber.SimpleTuberObject(hostname='board');"
        "assert not {'ssl', 'asyncio', 'urllib.request', 'concurrent.futures'} & set(sys.modules);"
        "tuber.SimpleTuberObject(hostname='https://board'); assert 'ssl' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_default_context_checks_names_and_authorities() -> None:
    from tuber.network.tls import default_context

    context = default_context()
    assert context is default_context()
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
