"""The names that programs import, and the modules that they load."""

from __future__ import annotations

import subprocess
import sys

import jedi
import pytest

import tuber
import tuber.client
import tuber.codecs
import tuber.server

NAMES = """SimpleTuberObject TuberConnectTimeout TuberConnectionLost TuberConnectionRefused
TuberError TuberNameNotFound TuberNetworkError TuberObject TuberProtocolError TuberRemoteError
TuberRemoteWarning TuberRestartWarning TuberResult TuberStateError TuberTimeout TuberUnreachable
connect connect_async get_include register_error resolve resolve_simple"""

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


def test_each_name_is_the_one_of_its_home_and_completed_before_it_is_used() -> None:
    assert sorted(tuber._HOMES) == sorted(tuber.__all__)
    for name, home in tuber._HOMES.items():
        assert getattr(tuber, name) is getattr(sys.modules[home], name)
    fresh = run("import tuber; print(*dir(tuber))").split()
    assert {*tuber.__all__, "errors", "options", "protocol", "server", "codec"} <= set(fresh)
    assert all(name.startswith("_") for name in {*fresh} - {*tuber.__all__, *tuber._MODULES})


def test_editors_complete_names_without_running_anything() -> None:
    names = [each.name for each in jedi.Script("import tuber\ntuber.").complete()]
    assert set(tuber.__all__) <= set(names)
    called = jedi.Script("import tuber\ntuber.resolve_simple('board').tuber_con")
    assert [each.name for each in called.complete()] == ["tuber_context"]


def test_modules_are_there_without_being_imported_by_name() -> None:
    program = (
        "import tuber; print(tuber.errors.TuberError, tuber.server.__all__[0], tuber.protocol)"
    )
    assert run(program).startswith("<class 'tuber.errors.TuberError'> Server <module")


def test_importing_tuber_loads_no_other_module_of_it() -> None:
    assert loaded("import tuber", "tuber") == ["tuber"]


@pytest.mark.parametrize("name", ["resolve", "resolve_simple"])
def test_importing_a_client_loads_nothing_slow_and_not_the_other_one(name: str) -> None:
    slow = "asyncio http.client urllib numpy orjson email difflib importlib.metadata pickle tuberd"
    other = {
        "resolve": "tuber.blocking.remote_object",
        "resolve_simple": "tuber.aio.remote_object",
    }[name]
    program = f"from tuber import {name}"
    assert [m for m in (*slow.split(), other) if loaded(program, m)] == []


def loaded(program: str, package: str) -> list[str]:
    """Return the modules of a package that a program has loaded at its end."""
    belongs = f"m == {package!r} or m.startswith({package + '.'!r})"
    return run(
        f"{program}; import sys; print(*sorted(m for m in sys.modules if {belongs}))"
    ).split()


def run(program: str) -> str:
    """Run a program in a fresh interpreter; return its output."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    return done.stdout
