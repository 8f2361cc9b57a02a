"""A server sets signal handlers in its process, and importing tuberd changes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import warnings

import pytest

from tuberd.service.process import handle_stop_signals, install_hooks

ALL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("number", ALL)
def test_each_signal_calls_stop(number: signal.Signals) -> None:
    calls: list[bool] = []
    before = [signal.getsignal(each) for each in ALL]
    with handle_stop_signals(calls.append, until_exit=False):
        for count, each in enumerate((number, signal.SIGTERM, signal.SIGINT), 1):
            os.kill(os.getpid(), each)
            while len(calls) < count:
                pass
        os.kill(os.getpid(), signal.SIGHUP)  # never the second signal that stops at once
    assert calls == [False, True, True]
    assert [signal.getsignal(each) for each in ALL] == before


def test_outside_the_main_thread_no_handler_is_set() -> None:
    before = [signal.getsignal(each) for each in ALL]
    seen: list[object] = []

    def run() -> None:
        with handle_stop_signals(lambda again: None, until_exit=False):
            seen.extend(signal.getsignal(each) for each in ALL)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == before


@pytest.mark.forks
def test_a_forked_child_has_the_handlers_from_before() -> None:
    install_hooks()
    calls: list[bool] = []
    with handle_stop_signals(calls.append, until_exit=False), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork() with threads
        child = os.fork()
        if child == 0:
            os._exit(0 if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        os.kill(os.getpid(), signal.SIGTERM)
        while not calls:
            pass


HOOKS = """
import atexit, os, warnings
hooks = []
atexit.register = lambda function: hooks.append(function.__module__)
os.register_at_fork = lambda **handlers: hooks.extend(each.__module__ for each in handlers.values())
filters, show = list(warnings.filters), warnings._showwarnmsg
import tuberd
assert (list(warnings.filters), warnings._showwarnmsg) == (filters, show)
assert "tuberd.service.process" not in hooks
servers = [tuberd.Server({}, port=0, bind="127.0.0.1") for _ in range(2)]
assert hooks.count("tuberd.service.process") == 3
assert warnings._showwarnmsg != show
"""


def test_the_first_server_installs_hooks_and_the_import_does_not() -> None:
    subprocess.run([sys.executable, "-c", HOOKS], check=True, timeout=60)
