"""Warnings of a call reach its caller, whatever other calls and served code do to `warnings`."""

from __future__ import annotations

import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tuber
from tests.support.live_server import live_server

REGISTRY = """
import importlib, logging, threading, time, warnings
class Step:
    def __init__(self): self.events = {}
    def event(self, name): return self.events.setdefault(name, threading.Event())
step = Step()
class Fit:
    def hot(self): warnings.warn("hot")
    def old(self): warnings.warn("old", DeprecationWarning)
    def run(self, code): exec(code, globals())
    def block(self, name, action, record):
        with warnings.catch_warnings(record=record) as log:
            warnings.simplefilter(action)
            step.event(name + " entered").set()
            step.event(name + " leaves").wait(20)
            try: warnings.warn("inner")
            except UserWarning: pass
        warnings.warn("after")
        return None if log is None else [str(each.message) for each in log]
    def wait(self, name): return step.event(name).wait(20)
    def set(self, name): step.event(name).set()
    def forget(self): step.events.clear()
registry = {"fit": Fit()}
"""


@pytest.fixture
def fit(tmp_path: Path) -> Iterator[Any]:
    path = tmp_path / "fitting.py"
    path.write_text(REGISTRY)
    with (
        live_server(path) as server,
        tuber.resolve_simple(server.hostname, "fit", timeout=30) as fit,
    ):
        yield fit


def heard(method: Any, *arguments: Any) -> tuple[Any, list[str]]:
    """Return the result of a call, or the class of its failure, and its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = method(*arguments)
        except Exception as error:
            result = type(error).__name__
    return result, [
        str(each.message) for each in caught if issubclass(each.category, tuber.TuberRemoteWarning)
    ]


@pytest.mark.parametrize("record", [False, True])
@pytest.mark.parametrize("action", ["ignore", "error", "always", "default", "once", "module"])
@pytest.mark.parametrize("order", ["first in, first out", "last in, first out"])
def test_overlapping_blocks_act_on_their_own_calls_only(
    fit: Any, action: str, record: bool, order: str
) -> None:
    fit.forget()
    results: dict[str, Any] = {}

    def block(name: str) -> threading.Thread:
        thread = threading.Thread(
            target=lambda: results.update({name: fit.block(name, action, record)})
        )
        thread.start()
        fit.wait(f"{name} entered")
        return thread

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tuber.TuberRemoteWarning)
        threads = {name: block(name) for name in ("a", "b")}
        assert heard(fit.hot) == heard(fit.hot) == (None, ["hot"])
        for name in sorted(threads, reverse=order.startswith("last")):
            fit.set(f"{name} leaves")
            threads[name].join()
            assert heard(fit.hot) == heard(fit.hot) == (None, ["hot"])
    if record and order.startswith("last"):  # the other order hides b's own block from Python
        collected = ["inner"] if action not in ("ignore", "error") else []
        assert results == {"a": collected, "b": collected}
    assert heard(fit.old) == (None, ["old"])


def test_a_block_acts_on_the_warnings_of_its_own_call(fit: Any) -> None:
    for name in ("alone leaves", "alone entered"):
        fit.set(name)
    assert heard(fit.block, "alone", "always", True) == (["inner"], ["after"])
    assert heard(fit.block, "alone", "ignore", False) == (None, ["after"])
    assert heard(fit.block, "alone", "default", False) == (None, ["inner", "after"])


@pytest.mark.parametrize(
    "code",
    [
        "warnings.resetwarnings()",
        "warnings.filters = []",
        "warnings.filters.clear()",
        "warnings.filters.reverse()",
        "warnings.filters = warnings.filters[:]",
        "warnings.filters = list(warnings.filters)",
        "warnings.showwarning = lambda *args, **options: None",
        "warnings.simplefilter('default')",
        "warnings.simplefilter('once')",
        "warnings.simplefilter('module')",
        "warnings.simplefilter('ignore', ResourceWarning)",
        "warnings.catch_warnings(record=True).__enter__()",
        "importlib.reload(warnings)",
        "logging.captureWarnings(True)",
        "logging.captureWarnings(True); logging.captureWarnings(False)",
    ],
)
def test_served_code_can_change_how_warnings_are_shown(fit: Any, code: str) -> None:
    assert heard(fit.hot) == (None, ["hot"])
    fit.run(code)
    assert heard(fit.hot) == heard(fit.hot) == (None, ["hot"])
    assert heard(fit.old) == (None, ["old"])


def test_filters_that_served_code_sets_hold(fit: Any) -> None:
    fit.run("warnings.simplefilter('ignore', DeprecationWarning)")
    assert heard(fit.old) == (None, [])
    fit.run("warnings.filterwarnings('error', message='ho', module='fitting')")
    assert heard(fit.hot) == ("TuberRemoteUserWarning", [])
    fit.run("warnings.filterwarnings('ignore', message='ho')")
    assert heard(fit.hot) == (None, [])


def test_a_server_that_is_made_in_a_block_collects_warnings() -> None:
    done = subprocess.run([sys.executable, "-c", IN_A_BLOCK], check=False, timeout=60)
    assert done.returncode == 0


IN_A_BLOCK = """
import threading, tuber, tuberd, warnings
class Board:
    def hot(self): warnings.warn("hot")
with warnings.catch_warnings(record=True):
    server = tuberd.Server({"board": Board()}, port=0, bind="127.0.0.1")
threading.Thread(target=server.serve, daemon=True).start()
with tuber.resolve_simple(f"127.0.0.1:{server.port}", "board", timeout=20) as board:
    for _ in range(3):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", tuber.TuberRemoteWarning)
            board.hot()
        assert [str(each.message) for each in caught] == ["hot"], caught
"""
