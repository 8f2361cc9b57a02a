"""Lines from a signal's handler: to the stderr of the beginning, without waiting, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tuberd.service import stderr


@contextmanager
def piped() -> Iterator[tuple[int, int]]:
    """A pipe whose writing end is descriptor 2 meanwhile; no fixture, for pytest captures anew."""
    before = os.dup(2)
    reader, writer = os.pipe()
    os.dup2(writer, 2)
    try:
        yield reader, writer
    finally:
        os.dup2(before, 2)
        for descriptor in (before, reader, writer):
            os.close(descriptor)


def test_a_line_goes_to_the_stderr_of_the_beginning() -> None:
    with piped() as (reader, _), stderr.copied() as say:
        other_reader, other_writer = os.pipe()
        os.dup2(other_writer, 2)  # its number is somebody else's now
        say("stopping")
        os.set_blocking(reader, False)
        assert os.read(reader, 100) == b"stopping\n"
        os.set_blocking(other_reader, False)
        with pytest.raises(BlockingIOError):
            os.read(other_reader, 100)
        os.close(other_reader)
        os.close(other_writer)


def test_nobody_waits_for_who_does_not_read() -> None:
    with piped() as (_, writer), stderr.copied() as say:
        os.set_blocking(writer, False)
        with pytest.raises(BlockingIOError):
            fill(writer)
        os.set_blocking(writer, True)
        say("stopping")


def fill(writer: int) -> None:
    while True:
        os.write(writer, bytes(4096))


def test_without_a_stderr_nothing_is_said() -> None:
    before = os.dup(2)
    os.close(2)
    try:
        with stderr.copied() as say:
            say("stopping")
    finally:
        os.dup2(before, 2)
        os.close(before)
