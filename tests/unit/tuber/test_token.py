"""Where a client's token comes from, and that no message repeats it."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tuber
from tests.support.shells import Shell
from tuber._token import chosen_token, split_token

SECRET = "Zq0-._~+secret"


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
def test_what_is_no_token_is_refused_and_not_repeated(hostname: str) -> None:
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
    assert chosen_token(None, None) is None
    monkeypatch.setenv("TUBER_TOKEN", "of-the-environment")
    assert chosen_token(None, None) == "of-the-environment"
    assert chosen_token(None, "given") == "given"
    assert chosen_token("in-hostname", "given") == "in-hostname"
    monkeypatch.setenv("TUBER_TOKEN", f"{SECRET}\r\nX: 1")
    with pytest.raises(ValueError, match="in TUBER_TOKEN") as caught:
        chosen_token(None, None)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("token", [b"bytes", 3])
def test_other_types_are_refused(token: Any) -> None:
    with pytest.raises(TypeError, match="expected token to be a string"):
        chosen_token(None, token)


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
        shown = [repr(board), str(board), repr(link), repr(link._target), repr(link._route)]
        assert SECRET not in " ".join(shown)
        for same in (copy.copy(board), pickle.loads(pickle.dumps(board))):
            assert same._tuber_link._target.token == SECRET


def test_no_error_shows_the_token(shell: Shell) -> None:
    with pytest.raises(tuber.TuberNetworkError) as caught:
        shell.resolve(f"http://{SECRET}@127.0.0.1:1")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert "http://127.0.0.1:1" in str(caught.value)
