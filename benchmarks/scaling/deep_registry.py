"""Objects in objects, and in containers, as deep as a path of calls goes here."""

from __future__ import annotations

from tuber.server import TuberContainer

DEEPEST = 64
# What lies deeper than 32 objects, containers among them, is described by names only: a client that
# resolves a whole tree gets one that is described whole.
DEEPEST_DESCRIBED = 32


class Level:
    """An object in an object, or in a container."""

    __tuber_object__ = True

    def __init__(self, below: int, in_containers: bool) -> None:
        if below:
            inner = Level(below - 1, in_containers)
            self.inner = TuberContainer([inner]) if in_containers else inner

    def nothing(self) -> None:
        """Returns at once."""


registry = {
    "objects": Level(DEEPEST - 1, in_containers=False),
    "containers": Level(DEEPEST - 1, in_containers=True),
    "described_objects": Level(DEEPEST_DESCRIBED - 1, in_containers=False),
    "described_containers": Level(DEEPEST_DESCRIBED // 2 - 1, in_containers=True),
}
