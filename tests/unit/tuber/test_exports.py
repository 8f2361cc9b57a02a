"""The names that programs import, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tuber
import tuber.client
import tuber.codecs
import tuber.server

NAMES = """SimpleTuberObject TuberConnectTimeout TuberConnectionLost TuberConnectionRefused
TuberError TuberNameNotFound TuberNetworkError TuberObject TuberProtocolError TuberRemoteError
TuberRemoteWarning TuberRestartWarning TuberResult TuberStateError TuberTimeout TuberUnreachable
get_include resolve resolve_simple"""

SERVER_NAMES = """Server TuberArray TuberContainer TuberRegistry get_include load_registry main
parse_args run"""


def test_no_name_is_added_or_lost() -> None:
    assert sorted(tuber.__all__) == sorted(NAMES.split())
    assert sorted(tuber.server.__all__) == sorted(SERVER_NAMES.split())
    assert sorted(tuber.client.__all__) == [
        "Context",
        "SimpleContext",
        "SimpleTuberObject",
        "TuberObject",
        "attribute_blacklisted",
        "resolve",
        "resolve_simple",
    ]
    assert sorted(tuber.codecs.__all__) == ["AcceptTypes", "Codecs", "TuberResult"]
    for module in (tuber, tuber.client, tuber.codecs):
        assert all(hasattr(module, name) for name in module.__all__)


def test_the_version_is_that_of_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"1.2.3 of {name}")
    assert tuber.__version__ == "1.2.3 of tuber-client"
    with pytest.raises(AttributeError, match="no attribute 'resolve_all'"):
        _ = tuber.resolve_all


def test_importing_tuber_loads_nothing_slow() -> None:
    slow = "asyncio http.client urllib.request numpy orjson email difflib importlib.metadata tuberd"
    program = f"import sys, tuber; print([m for m in {slow.split()!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout == "[]\n"
