"""The limits in Python, in C++ and in PROTOCOL.md are the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tuber import protocol
from tuberd.service.limits import OPTIONS, Limits

ROOT = Path(__file__).parents[2]
JSON_LIMITS_HPP = (ROOT / "server" / "core" / "json" / "limits.hpp").read_text()
CBOR_LIMITS_HPP = (ROOT / "server" / "core" / "cbor" / "limits.hpp").read_text()
LIMITS_HPP = (ROOT / "server" / "core" / "http" / "limits.hpp").read_text()
LIMITS_PAGE = (ROOT / "docs" / "reference" / "limits.md").read_text()
DOCUMENT = (ROOT / "protocol" / "PROTOCOL.md").read_text().partition("## 7. Limits")[2]

MEMBERS = {
    "request_line": protocol.MAX_REQUEST_LINE_BYTES,
    "head": protocol.MAX_HEAD_BYTES,
    "fields": protocol.MAX_FIELDS,
    "body": protocol.MAX_BODY_BYTES,
    "reply": protocol.MAX_RESULT_BYTES,
    "value_memory": protocol.MAX_VALUE_BYTES,
    "connections": protocol.MAX_CONNECTIONS,
    "calls": protocol.MAX_CALLS,
    "waiting": protocol.MAX_WAITING,
    "batch_calls": protocol.MAX_BATCH_CALLS,
    "chunk_line": protocol.MAX_CHUNK_LINE_BYTES,
    "head_timeout": protocol.MAX_HEAD_SECONDS * 1000,
    "stall_timeout": protocol.MAX_STALL_SECONDS * 1000,
    "min_upload_rate": protocol.MIN_BODY_BYTES_PER_SECOND,
    "upload_rate_window": protocol.BODY_RATE_SECONDS * 1000,
    "min_download_rate": protocol.MIN_REPLY_BYTES_PER_SECOND,
    "idle_timeout": protocol.MAX_IDLE_SECONDS * 1000,
}


def in_cpp(member: str) -> float:
    """Return the value of a member of http::Limits: a product of integers."""
    found = re.search(rf"\b{member}(?: = |\{{)([0-9' *]+)[;}}]", LIMITS_HPP)
    assert found, f"limits.hpp has no {member}"
    product = 1.0
    for factor in found.group(1).replace("'", "").split("*"):
        product *= int(factor)
    return product


@pytest.mark.parametrize("member", MEMBERS)
def test_both_languages_have_the_same_limit(member: str) -> None:
    assert in_cpp(member) == MEMBERS[member]


def test_every_limit_is_compared() -> None:
    found = set(re.findall(r"^  std::[\w:]+ (\w+)(?: =|\{)", LIMITS_HPP, re.MULTILINE))
    # The limits of an address have no number unless one is given.
    assert found == {*MEMBERS, "connections_per_address", "waiting_per_address"}
    assert found == set(Limits().to_map())
    assert {option.flag for option in OPTIONS} == set(
        re.findall(r"`(--[a-z-]+) [A-Z]+`", LIMITS_PAGE)
    )


@pytest.mark.parametrize("name", MEMBERS)
def test_the_server_takes_the_limits_of_the_protocol(name: str) -> None:
    in_seconds = MEMBERS[name] / 1000 if name.endswith(("_timeout", "_window")) else MEMBERS[name]
    assert getattr(Limits(), name) == in_seconds


@pytest.mark.parametrize("wrong", [-1, 2**63, True, "1", None])
def test_an_invalid_limit_is_refused(wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="the limit head must be"):
        Limits(head=wrong)


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf"), "1", None])
def test_an_invalid_time_limit_is_refused(wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="the limit head_timeout must be"):
        Limits(head_timeout=wrong)


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("kMaxNesting", protocol.MAX_NESTING),
        ("kMaxBignumBytes", protocol.MAX_INTEGER_BYTES),
        ("kMaxDimensions", protocol.MAX_RANK),
        ("kMaxEqualHashes", protocol.MAX_EQUAL_HASHES),
    ],
)
def test_both_languages_have_the_same_limits_of_cbor(name: str, limit: int) -> None:
    assert f"std::size_t {name} = {limit};" in CBOR_LIMITS_HPP


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("kMaxNesting", protocol.MAX_NESTING),
        ("kMaxDigits", protocol.MAX_DIGITS),
        ("kMaxIntegerBytes", protocol.MAX_INTEGER_BYTES),
    ],
)
def test_both_languages_have_the_same_limits_of_json(name: str, limit: int) -> None:
    assert f"std::size_t {name} = {limit};" in JSON_LIMITS_HPP


@pytest.mark.parametrize(("header", "count"), [(CBOR_LIMITS_HPP, 4), (JSON_LIMITS_HPP, 3)])
def test_every_limit_of_a_format_is_compared(header: str, count: int) -> None:
    assert len(re.findall(r"^inline constexpr", header, re.MULTILINE)) == count


@pytest.mark.parametrize(
    "row",
    [
        f"| request line | {protocol.MAX_REQUEST_LINE_BYTES // 1024} KiB |",
        f"| head | {protocol.MAX_HEAD_BYTES // 1024} KiB, {protocol.MAX_FIELDS} fields |",
        f"| complete head | within {protocol.MAX_HEAD_SECONDS:.0f} s",
        f"| body | {protocol.MAX_BODY_BYTES // 1024**2} MiB |",
        f"| result | {protocol.MAX_RESULT_BYTES // 1024**3} GiB |",
        f"| connections | {protocol.MAX_CONNECTIONS:,}, or",
        f"| calls in flight | {protocol.MAX_CALLS:,} |",
        f"| waiting requests | {protocol.MAX_WAITING:,} |",
        f"| batch | {protocol.MAX_BATCH_CALLS:,} calls |",
        f"| nesting of a request | {protocol.MAX_NESTING} arrays and maps (",
        f"| body being sent | {protocol.MIN_BODY_BYTES_PER_SECOND // 1024} KiB/s at least |",
        f"| body or reply standing still | {protocol.MAX_STALL_SECONDS:.0f} s |",
        f"| reply being read | {protocol.MIN_REPLY_BYTES_PER_SECOND // 1024} KiB/s at least |",
        f"| idle connection | {protocol.MAX_IDLE_SECONDS // 3600:.0f} h |",
    ],
)
def test_the_protocol_document_states_the_limits(row: str) -> None:
    assert row in DOCUMENT
