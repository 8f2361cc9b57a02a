"""Remote objects in other threads and processes: pools, fork, Dask."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_board import live_board
from tests.support.shells import Shell


def used(board: Any, number: int) -> tuple[Any, ...]:
    """Use a remote object in a worker: a call, a live property, a nested object, an item."""

    async def awaited() -> list[Any]:
        return [await board.read(number), await board.offset, await board.channels[1].read()]

    if hasattr(board, "aclose"):
        read, offset, item = asyncio.run(awaited())
    else:
        read, offset, item = board.read(number), board.offset, board.channels[1].read()
    return read["args"], offset, item["object"], board.gain, type(board).__name__


def expected(number: int) -> tuple[Any, ...]:
    return [number], 1.5, ["Board", ["channels", 1]], 2.0, "Board"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "fork"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_remote_objects_work_in_a_pool_of_processes(shell: Shell, method: str) -> None:
    with live_board() as (hostname, served), shell.resolved(hostname) as board:
        shell.finish(board.read(0))  # a connection is open when it is pickled, or forked
        context = multiprocessing.get_context(method)
        with ProcessPoolExecutor(2, context) as pool:
            found = list(pool.map(used, [board] * 6, range(6)))
        assert found == [expected(number) for number in range(6)]
        assert shell.finish(board.read(7))["args"] == [7]
        assert sum(bool(asked.get("resolve")) for asked in served.asked) == 1


def test_remote_objects_work_in_threads(shell: Shell) -> None:
    with live_board() as (hostname, _), shell.resolved(hostname) as board:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(used, [board] * 40, range(40)))
        assert found == [expected(number) for number in range(40)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_parent_and_child_can_call_after_a_fork(shell: Shell) -> None:
    with live_board() as (hostname, _), shell.resolved(hostname) as board:
        shell.finish(board.read(0))
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                found = [used(board, number) for number in range(20)]
                os.write(writer, pickle.dumps(found))
            finally:
                os._exit(0)
        os.close(writer)
        in_parent = [shell.finish(board.read(number))["args"] for number in range(100, 150)]
        with os.fdopen(reader, "rb") as pipe:
            in_child = pickle.loads(pipe.read())
        assert os.waitpid(child, 0) == (child, 0)
        assert in_parent == [[number] for number in range(100, 150)]
        assert in_child == [expected(number) for number in range(20)]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_remote_objects_work_in_dask_workers(shell: Shell, tmp_path: Path) -> None:
    import dask
    from distributed import Client, LocalCluster

    with (
        live_board() as (hostname, served),
        shell.resolved(hostname) as board,
        dask.config.set({"temporary-directory": str(tmp_path)}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
            host="127.0.0.1",
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        found = client.gather(client.map(used, [board] * 6, range(6), pure=False))
        assert found == [expected(number) for number in range(6)]
        assert sum(bool(asked.get("resolve")) for asked in served.asked) == 1
