"""Two network namespaces connected by a virtual cable that a test can pull."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Cable:
    """A virtual cable and the namespaces at its ends; the left one has `address`."""

    left: str
    right: str
    address: str

    def pull(self) -> None:
        """Pull the cable: packets are silently lost from now on."""
        _ip("-n", self.right, "link", "set", "cable1", "down")

    def inside(self, end: str) -> list[str]:
        """Return the prefix of a command that runs in the namespace at that end."""
        return ["ip", "netns", "exec", end]


@contextlib.contextmanager
def cable() -> Iterator[Cable]:
    """Create a cable. Skip the test if the machine does not allow it."""
    left, right = (f"tuber-{os.getpid()}-{end}" for end in ("left", "right"))
    made = Cable(left, right, "10.213.7.1")
    try:
        try:
            _ip("netns", "add", left)
            _ip("netns", "add", right)
            _ip(
                "-n",
                left,
                "link",
                "add",
                "cable0",
                "type",
                "veth",
                "peer",
                "cable1",
                "netns",
                right,
            )
        except (OSError, subprocess.CalledProcessError) as error:
            reason = getattr(error, "stderr", None) or error
            pytest.skip(f"needs root and network namespaces ('ip netns', 'veth'): {reason}")
        for end, link, address in ((left, "cable0", "10.213.7.1"), (right, "cable1", "10.213.7.2")):
            _ip("-n", end, "address", "add", f"{address}/24", "dev", link)
            _ip("-n", end, "link", "set", link, "up")
            _ip("-n", end, "link", "set", "lo", "up")
        yield made
    finally:
        for end in (left, right):
            subprocess.run(["ip", "netns", "del", end], check=False, capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
