"""Token files. No message may contain a token."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuberd import Server
from tuberd.service.tokens import Token, load_tokens

SECRET = "Zq0-._~+/secret-of-the-lab"


def written(directory: Path, text: str, mode: int = 0o600) -> Path:
    path = directory / "tokens"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_lines_are_kinds_and_tokens(tmp_path: Path) -> None:
    text = f"# of the lab\n\nread {SECRET}\n  control\t{SECRET}2==  \n"
    assert load_tokens(written(tmp_path, text)) == [Token(SECRET), Token(f"{SECRET}2==", True)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no token"),
        ("# nothing\n", "has no token"),
        (f"write {SECRET}\n", "tokens:1: expected 'read TOKEN'"),
        (f"\n{SECRET}\n", "tokens:2: expected"),
        (f"read {SECRET} {SECRET}\n", "tokens:1: expected"),
        (f"read {SECRET}\xe4\n", "tokens:1: expected"),
        ("read short\n", "tokens:1: expected"),
        (f"read {SECRET}\ncontrol {SECRET}\n", "tokens:2: this token is already on another line"),
    ],
)
def test_a_wrong_line_is_reported_without_its_token(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        load_tokens(written(tmp_path, text))
    assert SECRET not in str(caught.value)
    assert "short" not in str(caught.value)


def test_a_file_that_all_users_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="chmod 600"):
        load_tokens(written(tmp_path, f"read {SECRET}\n", 0o644))
    assert load_tokens(written(tmp_path, f"read {SECRET}\n", 0o640))


def test_other_objects_than_tokens_are_refused() -> None:
    with pytest.raises(TypeError, match=r"expected tokens to be a list of tuberd\.Token") as caught:
        Server({}, port=0, bind="127.0.0.1", tokens=[SECRET])  # type: ignore[list-item]
    assert SECRET not in str(caught.value)


def test_a_token_is_not_shown() -> None:
    assert SECRET not in repr(Token(SECRET))
    with pytest.raises(ValueError, match="expected a token") as caught:
        Token("so short")
    assert "so short" not in str(caught.value)
