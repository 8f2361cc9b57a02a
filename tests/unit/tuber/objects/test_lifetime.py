"""Remote objects are freed when the last reference goes, without the garbage collector."""

from __future__ import annotations

import gc

from tests.support.live_board import BOARD, live_board
from tests.support.shells import Shell
from tuber.objects import classes

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

        classes._recent.clear()  # those of other tests are freed when they leave it
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
            left = {type(each).__qualname__ for each in gc.garbage}
            shell.close(first)
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
    if shell.name == "blocking":
        assert left == set()
    else:  # loops and tasks of asyncio itself have cycles
        assert not {each for each in left if each.startswith(("Tuber", "Board", "Channel"))}
