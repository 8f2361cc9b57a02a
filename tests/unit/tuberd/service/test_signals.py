"""Who hears of SIGINT and SIGTERM."""

from __future__ import annotations

import os
import signal
import threading
import warnings

import pytest

from tuberd.service.signals import heard

BOTH = (signal.SIGINT, signal.SIGTERM)


@pytest.mark.parametrize("number", BOTH)
def test_a_signal_is_told_and_whether_it_is_the_first(number: signal.Signals) -> None:
    told: list[bool] = []
    before = [signal.getsignal(each) for each in BOTH]
    with heard(told.append):
        for count in (1, 2, 3):
            os.kill(os.getpid(), number)
            while len(told) < count:
                pass
    assert told == [False, True, True]
    assert [signal.getsignal(each) for each in BOTH] == before


def test_outside_the_main_thread_nothing_is_set() -> None:
    before = [signal.getsignal(each) for each in BOTH]
    seen: list[object] = []

    def run() -> None:
        with heard(lambda again: None):
            seen.extend(signal.getsignal(each) for each in BOTH)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == before


@pytest.mark.forks
def test_a_forked_child_has_the_handlers_from_before() -> None:
    told: list[bool] = []
    with heard(told.append), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork() beside threads
        child = os.fork()
        if child == 0:
            os._exit(0 if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        os.kill(os.getpid(), signal.SIGTERM)
        while not told:
            pass
