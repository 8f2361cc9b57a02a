"""The check of idle sockets, by both system calls."""

from __future__ import annotations

import select
import socket

import pytest

from tuber.network.sockets import read_ready_probe


@pytest.mark.parametrize("by_poll", [True, False])
def test_bytes_and_the_end_are_readable(by_poll: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not by_poll:  # as on Windows
        monkeypatch.delattr(select, "poll")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        is_readable = read_ready_probe(ours)
        assert not is_readable()
        theirs.send(b"x")
        assert is_readable()
        assert ours.recv(1) == b"x"
        assert not is_readable()
        theirs.close()
        assert is_readable()
