"""Parsing of the user's hostname."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuber.network.address import HTTP, HTTPS, UNIX, Address, parse_address


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
        ("http://[fe80::1%25eth0]:81", "fe80::1%eth0", 81, "http://[fe80::1%eth0]:81/tuber"),
        ("fe80::1%eth0", "fe80::1%eth0", 80, "http://[fe80::1%eth0]/tuber"),
        ("::1", "::1", 80, "http://[::1]/tuber"),
        ("my_board.local", "my_board.local", 80, "http://my_board.local/tuber"),
    ],
)
def test_the_usual_forms_are_understood(hostname: str, host: str, port: int, url: str) -> None:
    address = parse_address(hostname)
    assert address == Address(host, port)
    assert address.url == url


@pytest.mark.parametrize(
    ("hostname", "address", "authority", "url"),
    [
        ("https://board", Address("board", 443, HTTPS), "board", "https://board/tuber"),
        ("HTTPS://b:80/", Address("b", 80, HTTPS), "b:80", "https://b:80/tuber"),
        ("http://b:443", Address("b", 443), "b:443", "http://b:443/tuber"),
        ("http://b/c/3", Address("b", 80, HTTP, "/c/3"), "b", "http://b/c/3"),
        ("https://b/%7Ea/", Address("b", 443, HTTPS, "/%7Ea/"), "b", "https://b/%7Ea/"),
    ],
)
def test_a_url_gives_scheme_and_path_of_the_endpoint(
    hostname: str, address: Address, authority: str, url: str
) -> None:
    assert parse_address(hostname) == address
    assert (address.authority, address.url) == (authority, url)


@pytest.mark.parametrize("hostname", ["unix:/run/t.sock", "unix:///run/t.sock", "UNIX:/run/t.sock"])
def test_a_unix_socket_is_named_by_its_path(hostname: str) -> None:
    address = parse_address(hostname)
    assert address == Address("localhost", scheme=UNIX, socket_path="/run/t.sock")
    assert (address.url, address.authority) == ("unix:/run/t.sock", "localhost")


def test_the_zone_of_an_address_stays_on_this_machine() -> None:
    assert parse_address("[fe80::1%eth0]:81").authority == "[fe80::1]:81"


def test_a_name_in_another_script_is_sent_as_ascii() -> None:
    address = parse_address("b\u00fccher:8080")
    assert address.authority == "xn--bcher-kva:8080"
    assert address.url == "http://b\u00fccher:8080/tuber"


@pytest.mark.parametrize(
    ("host", "numeric"),
    [("10.0.0.1", True), ("::1", True), ("fe80::1%eth0", True), ("board", False), ("1.b", False)],
)
def test_an_ip_address_needs_no_lookup(host: str, numeric: bool) -> None:
    assert Address(host).is_numeric is numeric


@pytest.mark.parametrize("hostname", ["me@board", "http://me:secret@board", "https://a@b/c"])
def test_a_login_is_refused_and_not_repeated(hostname: str) -> None:
    with pytest.raises(ValueError, match="does not log in") as caught:
        parse_address(hostname)
    assert "secret" not in str(caught.value)


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
        "ftp://b",
        "board/path",
        "http://board/tuber?x=1",
        "http://board/a b",
        "http://board/%zz",
        "http://board/#top",
        "http://board/b\u00fccher",
        "https://",
        "https://:443",
        "unix:",
        "unix:relative.sock",
        "unix://relative.sock",
        "unix:/a\0b",
        "a\r\nb",
        "[::1",
        "[]:80",
        "[a]b",
        "http://",
    ],
)
def test_nonsense_is_refused(hostname: str) -> None:
    with pytest.raises(ValueError, match="got"):
        parse_address(hostname)


@pytest.mark.parametrize("hostname", [None, 80, b"board", ("board", 80)])
def test_other_types_are_refused(hostname: Any) -> None:
    with pytest.raises(TypeError, match="expected hostname to be a string"):
        parse_address(hostname)


@given(st.text())
def test_any_text_is_a_valid_address_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except ValueError:
        return
    assert not set(address.authority) & set("\r\n /@")
