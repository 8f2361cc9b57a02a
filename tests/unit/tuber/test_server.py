"""The module `tuber.server`, which older programs import."""

from __future__ import annotations

import sys
import types

import pytest

import tuber
import tuber.server


def test_it_says_how_to_install_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tuberd", None)
    with pytest.raises(ImportError, match="pip install tuberd"):
        _ = tuber.server.TuberContainer
    with pytest.raises(ImportError, match="pip install tuberd"):
        tuber.get_include()


def test_it_hands_out_the_servers_names(monkeypatch: pytest.MonkeyPatch) -> None:
    tuberd = types.ModuleType("tuberd")
    vars(tuberd).update(TuberArray=list, get_include=lambda: "/include")
    monkeypatch.setitem(sys.modules, "tuberd", tuberd)
    assert vars(tuberd)["TuberArray"] is tuber.server.TuberArray
    assert tuber.get_include() == "/include"


def test_a_fault_inside_the_server_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def find_spec(self, name: str, *rest: object) -> None:
            if name == "tuberd":
                raise ModuleNotFoundError("No module named '_core'", name="tuberd._core")

    monkeypatch.delitem(sys.modules, "tuberd", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match="_core"):
        _ = tuber.server.Server


def test_other_names_are_unknown() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Servant'"):
        _ = tuber.server.Servant
    assert set(tuber.server.__all__) <= set(dir(tuber.server))
