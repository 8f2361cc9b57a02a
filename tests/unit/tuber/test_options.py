"""Options: their defaults, limits and refusals; timeouts and tokens."""

from __future__ import annotations

import copy
import pickle
import socket
import ssl
import traceback
from dataclasses import fields
from inspect import signature
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tuber
from tests.support.shells import Shell
from tuber.network.address import parse_address
from tuber.network.route import Route, route_to
from tuber.options import (
    CONNECT_SECONDS,
    MAX_SECONDS,
    Options,
    Timing,
    choose,
    parse_timeout,
    split_token,
)

SECRET = "Zq0-._~+secret"


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_byte_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="max_reply_bytes above 0"):
        Options(max_reply_bytes=limit)


@pytest.mark.parametrize("limit", ["1", 1.5, True])
def test_a_limit_of_another_type_is_refused(limit: Any) -> None:
    with pytest.raises(TypeError, match="max_reply_bytes"):
        Options(max_reply_bytes=limit)


def test_a_transport_configures_tls_itself() -> None:
    transport: Any = object()
    with pytest.raises(ValueError, match="either transport or ssl_context"):
        Options(transport=transport, ssl_context=ssl.create_default_context())


def test_a_context_without_https_is_refused() -> None:
    with pytest.raises(ValueError, match="expected hostname as 'https://board'; got 'http://b"):
        route("board", ssl_context=ssl.create_default_context())


def test_a_context_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match=r"ssl\.SSLContext; got 'authority\.pem'"):
        route("https://board", ssl_context="authority.pem")


def test_links_to_one_server_share_a_route() -> None:
    assert route("https://board") == route("https://BOARD:443".lower())
    assert route("board") == route("http://board:80", timeout=Timing(3))
    assert route("board") != route("board", max_reply_bytes=9)


def route(hostname: str, **options: Any) -> Route:
    return route_to(parse_address(hostname), Options(**options))


@pytest.mark.parametrize(
    "client", [tuber.resolve, tuber.resolve_simple, tuber.TuberObject, tuber.SimpleTuberObject]
)
def test_every_option_is_an_argument_of_the_clients(client: Any) -> None:
    options = {each.name for each in fields(Options)}
    assert set(signature(client).parameters) - {"objname", "parent", "others", "wait"} == {
        "hostname", *options,
    }  # fmt: skip


# --- timeout


@pytest.mark.parametrize(
    ("timeout", "timing"),
    [
        (None, Timing(CONNECT_SECONDS, None)),
        (5, Timing(CONNECT_SECONDS, 5)),
        (0.5, Timing(CONNECT_SECONDS, 0.5)),
        ((1, 2.5), Timing(1, 2.5)),
        ((None, 2), Timing(None, 2)),
        ((1, None), Timing(1, None)),
    ],
)
def test_seconds_or_a_pair_are_understood(timeout: Any, timing: Timing) -> None:
    assert parse_timeout(timeout) == timing


@pytest.mark.parametrize(
    "timeout",
    [
        0,
        -1,
        float("nan"),
        float("inf"),
        1e12,
        10**400,
        -1e12,
        (0, 1),
        (1, -1),
        (1e12, 1),
        (1, 2, 3),
        (),
    ],
)
def test_an_invalid_time_is_refused(timeout: Any) -> None:
    with pytest.raises(ValueError, match=r"expected timeout .*; got "):
        parse_timeout(timeout)


def test_the_longest_time_is_one_that_sockets_take() -> None:
    assert parse_timeout(MAX_SECONDS).total == MAX_SECONDS
    with socket.socket() as sock:
        sock.settimeout(MAX_SECONDS)


@pytest.mark.parametrize("timeout", ["5", True, [1, 2], (1, "2")])
def test_a_timeout_of_another_type_is_refused(timeout: Any) -> None:
    with pytest.raises(TypeError, match="timeout"):
        parse_timeout(timeout)


# --- token


@pytest.mark.parametrize(
    ("hostname", "rest", "token"),
    [
        ("board", "board", None),
        ("board:8080", "board:8080", None),
        (f"{SECRET}@board:8080", "board:8080", SECRET),
        (f"http://{SECRET}@board/tuber", "http://board/tuber", SECRET),
        (f"https://{SECRET}@[::1]:81", "https://[::1]:81", SECRET),
        ("http://a%2Fb%3D@board", "http://board", "a/b="),
        ("http://board/a@b", "http://board/a@b", None),
        ("unix:/run/a@b.sock", "unix:/run/a@b.sock", None),
    ],
)
def test_the_user_part_of_a_hostname_is_the_token(
    hostname: str, rest: str, token: str | None
) -> None:
    assert split_token(hostname) == (rest, token)


@pytest.mark.parametrize("hostname", [f"me:{SECRET}@board", f"{SECRET} x@board", "@board"])
def test_an_invalid_token_is_refused_and_not_repeated(hostname: str) -> None:
    with pytest.raises(ValueError, match=r"expected (a|one) token") as caught:
        split_token(hostname)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("path", ["unix:%s@/run/board.sock", "unix:%s@board.sock"])
def test_a_unix_socket_has_no_user_part_and_its_refusal_repeats_none(path: str) -> None:
    with pytest.raises(ValueError, match="give it as token=") as caught:
        tuber.resolve_simple(path % SECRET, "Board")
    assert SECRET not in str(caught.value)


def test_the_nearest_token_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUBER_TOKEN", raising=False)
    assert choose("board")[1].token is None
    monkeypatch.setenv("TUBER_TOKEN", "of-the-environment")
    assert choose("board")[1].token == "of-the-environment"
    assert choose("board", "given")[1].token == "given"
    assert choose("in-hostname@board", "given")[1].token == "in-hostname"
    monkeypatch.setenv("TUBER_TOKEN", f"{SECRET}\r\nX: 1")
    with pytest.raises(ValueError, match="in TUBER_TOKEN") as caught:
        choose("board")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("token", [b"bytes", 3])
def test_a_token_of_another_type_is_refused(token: Any) -> None:
    with pytest.raises(TypeError, match="expected token to be a string"):
        choose("board", token)


@given(st.text())
def test_any_text_leaves_a_token_fit_for_a_head_or_is_refused(text: str) -> None:
    try:
        _, token = split_token(text + "@board")
    except ValueError:
        return
    assert token is None or not set(token) & set("\r\n ,")


def test_nothing_shows_the_token() -> None:
    for board in (
        tuber.SimpleTuberObject(None, hostname=f"http://{SECRET}@127.0.0.1:1"),
        tuber.SimpleTuberObject(None, hostname="127.0.0.1:1", token=SECRET),
    ):
        link = board._tuber_link
        shown = [repr(board), str(board), repr(link), repr(link.session.options), repr(link._route)]
        assert SECRET not in " ".join(shown)
        for same in (copy.copy(board), pickle.loads(pickle.dumps(board))):
            assert same._tuber_link.session.options.token == SECRET


def test_no_error_shows_the_token(shell: Shell) -> None:
    with pytest.raises(tuber.TuberNetworkError) as caught:
        shell.resolve(f"http://{SECRET}@127.0.0.1:1")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert "http://127.0.0.1:1" in str(caught.value)
