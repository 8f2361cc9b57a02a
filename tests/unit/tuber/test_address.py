"""What users write as hostname."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuber._address import Address, parse_address


@pytest.mark.parametrize(
    ("hostname", "host", "port", "url"),
    [
        ("board", "board", 80, "http://board/tuber"),
        (" board ", "board", 80, "http://board/tuber"),
        ("board:8080", "board", 8080, "http://board:8080/tuber"),
        ("http://board:8080", "board", 8080, "http://board:8080/tuber"),
        ("HTTP://board/", "board", 80, "http://board/tuber"),
        ("http://board:81/tuber", "board", 81, "http://board:81/tuber"),
        ("192.168.1.2:81", "192.168.1.2", 81, "http://192.168.1.2:81/tuber"),
        ("[::1]:8080", "::1", 8080, "http://[::1]:8080/tuber"),
        ("[fe80::1%eth0]", "fe80::1%eth0", 80, "http://[fe80::1%eth0]/tuber"),
        ("::1", "::1", 80, "http://[::1]/tuber"),
        ("my_board.local", "my_board.local", 80, "http://my_board.local/tuber"),
    ],
)
def test_the_usual_forms_are_understood(hostname: str, host: str, port: int, url: str) -> None:
    address = parse_address(hostname)
    assert address == Address(host, port)
    assert address.url == url


@pytest.mark.parametrize(
    "hostname",
    [
        "",
        ":80",
        "a b",
        "board:",
        "board:x",
        "board:0",
        "board:65536",
        "https://board",
        "ftp://b",
        "board/path",
        "http://board/path",
        "me@board",
        "a\r\nb",
        "[::1",
        "[]:80",
        "[a]b",
        "http://",
    ],
)
def test_nonsense_is_refused(hostname: str) -> None:
    with pytest.raises(ValueError, match="came"):
        parse_address(hostname)


@pytest.mark.parametrize("hostname", [None, 80, b"board", ("board", 80)])
def test_other_types_are_refused(hostname: Any) -> None:
    with pytest.raises(TypeError, match="expected hostname to be a string"):
        parse_address(hostname)


@given(st.text())
def test_any_text_is_an_address_fit_for_a_head_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except ValueError:
        return
    assert not set(address.authority) & set("\r\n /@")
