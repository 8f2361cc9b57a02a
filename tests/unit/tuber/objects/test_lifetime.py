"""Remote objects are freed when the last reference goes, without the garbage collector."""

from __future__ import annotations

import gc

from tests.support.live_board import BOARD, live_board
from tests.support.shells import Shell
from tuber.objects.containers import ListItems
from tuber.objects.described import DescribedObject

RESOLVES = 2000  # more than any cache of ours holds


def test_objects_are_freed_by_reference_counting(shell: Shell) -> None:
    with live_board({"objects": {"Board": BOARD}}) as (hostname, _):

        def use() -> None:
            remote = shell.resolve(hostname)
            for channel in remote.Board.channels:
                shell.finish(channel.read())
            shell.finish(remote.Board.named["left"].read())
            shell.finish(remote.tuber_resolve(force=True))
            _ = remote.Board.supply.fan.spin
            shell.close(remote)

        use()
        gc.collect()
        gc.disable()
        try:
            for _ in range(RESOLVES // 20):
                use()
            first = shell.resolve(hostname)
            for _ in range(RESOLVES):
                made = first.object_factory(None)
                made._tuber_adopt(first._tuber_description)
            del made
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            # Not what asyncio leaves, nor classes that other tests made.
            left = [each for each in gc.garbage if isinstance(each, DescribedObject | ListItems)]
            shell.close(first)
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
    assert left == []
