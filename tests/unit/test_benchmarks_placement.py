"""Server and client of a measurement run where they are put, and are free again behind it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.placement import Placement, PlacementImpossible, placed
from benchmarks.sides import RunningServer, Side

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="cores can't be chosen here"
)
THREADED = """
import threading, sys
wait = threading.Event()
threads = [threading.Thread(target=wait.wait) for _ in range(3)]
for thread in threads: thread.start()
print(flush=True)
sys.stdin.read()
wait.set()
"""


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """A process of four threads."""
    command = [sys.executable, "-c", THREADED]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        yield RunningServer(Side.OURS, process.pid, 0, Path(sys.executable))
        process.stdin.close()


def cores_of(server: RunningServer) -> set[frozenset[int]]:
    threads = Path(f"/proc/{server.process_id}/task").iterdir()
    return {frozenset(os.sched_getaffinity(int(thread.name))) for thread in threads}


def test_on_one_core_all_threads_and_this_process_share_it(server: RunningServer) -> None:
    everywhere = os.sched_getaffinity(0)
    with placed(server, Placement.ONE_CORE):
        core = os.sched_getaffinity(0)
        assert len(core) == 1
        assert cores_of(server) == {frozenset(core)}
        command = [sys.executable, "-c", "import os; print(os.sched_getaffinity(0))"]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == (
            f"{core}\n"
        )
    assert os.sched_getaffinity(0) == everywhere
    with placed(server, Placement.ANYWHERE):
        assert cores_of(server) == {frozenset(everywhere)}


def test_a_core_each_is_another_one_or_refused(server: RunningServer) -> None:
    everywhere = os.sched_getaffinity(0)
    with contextlib.ExitStack() as stack:
        if len(everywhere) == 1:
            stack.enter_context(pytest.raises(PlacementImpossible, match="two cores"))
        with placed(server, Placement.CORE_EACH):
            assert len(os.sched_getaffinity(0)) == 1
            (cores,) = cores_of(server)
            assert len(cores) == 1
            assert not cores & os.sched_getaffinity(0)
    assert os.sched_getaffinity(0) == everywhere
