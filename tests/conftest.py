"""What tests of every kind are given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.shells import Shell, a_shell


@pytest.fixture(params=["blocking", "asyncio"])
def shell(request: pytest.FixtureRequest) -> Iterator[Shell]:
    """Both shells, one after the other."""
    with a_shell(request.param) as made:
        yield made


@pytest.fixture(params=["blocking", "asyncio", "uvloop"])
def every_shell(request: pytest.FixtureRequest) -> Iterator[Shell]:
    """Both shells, the second on each kind of loop: for what sockets are asked to do."""
    with a_shell(request.param) as made:
        yield made
