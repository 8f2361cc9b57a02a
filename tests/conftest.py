"""What tests of every kind are given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.shells import Shell, a_shell

# How long an example takes depends on what else the machine does; time is never asserted here.
settings.register_profile("tuber", deadline=None)
settings.load_profile("tuber")


BUILD_SECONDS = 900  # limit of a test that compiles while other programs do, too


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))


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
