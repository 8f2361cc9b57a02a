"""The choice between the compiled codec and the Python one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from tuber.codec import codec_for
from tuber.codec.cbor import CborCodec
from tuber.codec.compiled import cbor_codec, compiled_cbor_codec, json_codec
from tuber.codec.json import JsonCodec


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    def clear() -> None:
        cbor_codec.cache_clear()
        json_codec.cache_clear()
        compiled_cbor_codec.cache_clear()

    clear()
    yield
    clear()


def test_without_tuberd_the_python_codec_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tuberd", None)
    assert type(codec_for("application/cbor")) is CborCodec
    assert type(codec_for("application/json")) is JsonCodec


def test_without_a_compiled_codec_the_python_codec_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(monkeypatch, ModuleType("tuberd._core"))
    assert type(codec_for("application/cbor")) is CborCodec
    assert type(codec_for("application/json")) is JsonCodec


def test_the_compiled_codec_is_used_if_available(monkeypatch: pytest.MonkeyPatch) -> None:
    class Compiled:
        media_type = "application/cbor"

    core = ModuleType("tuberd._core")
    core.CborCodec = Compiled  # type: ignore[attr-defined]
    _installed(monkeypatch, core)
    assert type(codec_for("application/cbor")) is Compiled


def _installed(monkeypatch: pytest.MonkeyPatch, core: ModuleType) -> None:
    package = ModuleType("tuberd")
    package._core = core  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tuberd", package)
    monkeypatch.setitem(sys.modules, "tuberd._core", core)
