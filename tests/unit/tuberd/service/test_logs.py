"""Lines from a signal handler: to the original stderr, without waiting, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tuberd.service.logs import stderr_writer


@contextmanager
def piped() -> Iterator[tuple[int, int]]:
    """Replace descriptor 2 with a pipe. It is no fixture, because pytest captures each phase."""
    before = os.dup(2)
    reader, writer = os.pipe()
    os.dup2(writer, 2)
    try:
        yield reader, writer
    finally:
        os.dup2(before, 2)
        for descriptor in (before, reader, writer):
            os.close(descriptor)


def test_a_line_goes_to_the_original_stderr() -> None:
    with piped() as (reader, _), stderr_writer() as write:
        other_reader, other_writer = os.pipe()
        os.dup2(other_writer, 2)  # another file has its number now
        write("stopping")
        os.set_blocking(reader, False)
        assert os.read(reader, 100) == b"stopping\n"
        os.set_blocking(other_reader, False)
        with pytest.raises(BlockingIOError):
            os.read(other_reader, 100)
        os.close(other_reader)
        os.close(other_writer)


def test_a_full_pipe_does_not_block() -> None:
    with piped() as (_, writer), stderr_writer() as write:
        os.set_blocking(writer, False)
        with pytest.raises(BlockingIOError):
            fill(writer)
        os.set_blocking(writer, True)
        write("stopping")


def fill(writer: int) -> None:
    while True:
        os.write(writer, bytes(4096))


def test_without_stderr_nothing_is_written() -> None:
    before = os.dup(2)
    os.close(2)
    try:
        with stderr_writer() as write:
            write("stopping")
    finally:
        os.dup2(before, 2)
        os.close(before)
