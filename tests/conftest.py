"""Fixtures and settings for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.shells import Shell, a_shell

# Examples take longer on a busy machine, so hypothesis must not limit their time.
settings.register_profile("tuber", deadline=None)
settings.load_profile("tuber")


BUILD_SECONDS = 900  # limit for a test that compiles on a busy machine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))


@pytest.fixture(params=["blocking", "asyncio"])
def shell(request: pytest.FixtureRequest) -> Iterator[Shell]:
    """Run the test with the blocking and the asyncio shell."""
    with a_shell(request.param) as made:
        yield made


@pytest.fixture(params=["blocking", "asyncio", "uvloop"])
def every_shell(request: pytest.FixtureRequest) -> Iterator[Shell]:
    """Run the test with both shells, and with asyncio on uvloop, for tests of socket handling."""
    with a_shell(request.param) as made:
        yield made
