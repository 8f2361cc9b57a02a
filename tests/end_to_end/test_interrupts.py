"""Ctrl-C at any moment of queueing and sending causes no hang and no late reply."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from tests.support.live_server import LiveServer

# It runs in a separate process, because a late interrupt must not hit the tests.
COMMON = """
    import random, signal, sys, tuber
    INTERRUPTS = 1500
    board = tuber.resolve_simple(sys.argv[1], "instrument", timeout=10)
    class Interrupt(KeyboardInterrupt): pass
    def interrupt(*_):
        global armed
        armed = False
        raise Interrupt
    signal.signal(signal.SIGALRM, interrupt)
    random.seed(4)
    hits = number = 0
    def repeat(work, longest):
        global armed
        armed = True  # until the interrupt arrives, even in a finalizer, which swallows it
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, longest))
        while armed: work()
    def interrupted(work, longest):
        global hits
        try: repeat(work, longest)  # a loop in the `try` is not covered at its last jump in 3.13
        except Interrupt: hits += 1
"""

QUEUEING = """
    for _ in range(INTERRUPTS):
        context = board.tuber_context()
        interrupted(context.nothing, 0.001)
        assert not context._tuber_lock.locked()
    print(hits > INTERRUPTS / 2)
"""

SENDING = """
    for _ in range(INTERRUPTS):
        context = board.tuber_context()
        future = None
        def call():
            global number, future
            number += 1
            future = context.increment([number])
            assert context() == [[number + 1]]
        interrupted(call, 0.0006)
        if future is not None:
            try: future.result(timeout=10)
            except tuber.TuberError: pass
        number += 1
        context.increment([number])
        assert context()[-1] == [number + 1]
        number += 1
        context.increment([number])
        assert context() == [[number + 1]]
    print(hits > INTERRUPTS / 2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no timers of processes")
@pytest.mark.parametrize("what", [QUEUEING, SENDING], ids=["queueing", "sending"])
def test_a_context_is_usable_after_an_interrupt(server: LiveServer, what: str) -> None:
    code = textwrap.dedent(COMMON) + textwrap.dedent(what)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, f"127.0.0.1:{server.port}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
