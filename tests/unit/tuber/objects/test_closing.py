"""`close()` and `with`: what reaches the served object, and what only closes connections."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.scripted_link import ScriptedObject, described
from tuber import TuberObject

METHOD: dict[str, Any] = {"__doc__": "Close the shutter.", "__signature__": None}
SHUTTER: dict[str, Any] = {"type": "Shutter", "methods": {"close": METHOD, "read": METHOD}}


class Counting(ScriptedObject):
    """Counts how often its connections are closed."""

    closed = 0
    description = SHUTTER

    @classmethod
    def answer(cls, asked: Any) -> Any:
        return {"result": asked if "method" in asked else cls.description}

    def tuber_close(self) -> None:
        self.closed += 1


@pytest.fixture
def shutter() -> Any:
    made: Any = Counting("Shutter", hostname="board")
    return made.tuber_resolve()


def test_close_is_the_served_method_if_the_description_lists_one(shutter: Any) -> None:
    assert shutter.close(1)["method"] == "close"
    assert shutter.close.__doc__ == "Close the shutter."
    assert shutter.closed == 0
    described({"objects": {"shutter": SHUTTER}}).shutter.close  # noqa: B018  # no warning


def test_close_closes_connections_if_no_method_of_that_name_is_described() -> None:
    unresolved: Any = Counting("Shutter", hostname="board")
    unresolved.close()
    assert unresolved.closed == 1
    for description in ({"methods": {"read": METHOD}}, {"objects": {"shutter": SHUTTER}}):
        board: Any = type("Board", (Counting,), {"description": description})(hostname="board")
        board.tuber_resolve().close()
        assert board.closed == 1


def test_the_end_of_a_block_never_calls_the_served_method(shutter: Any) -> None:
    with shutter as entered:
        assert entered is shutter
    assert shutter.closed == 1


def test_a_class_that_may_not_be_subclassed_has_the_served_method_too() -> None:
    class Mapped(Counting):
        def __init_subclass__(cls) -> None:
            raise AssertionError("a mapped class has no subclass")

    mapped: Any = Mapped("Shutter", hostname="board")
    assert mapped.tuber_resolve().close()["method"] == "close"


def test_close_of_a_users_class_stays_and_its_super_closes_connections() -> None:
    class Mine(Counting):
        def close(self) -> None:
            super().close()

    mine: Any = Mine("Shutter", hostname="board")
    mine.tuber_resolve().close()
    assert mine.closed == 1


def test_a_property_named_close_is_hidden_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="'close', hidden by"):
        stock: Any = described({"properties": {"close": 5.0}})
    assert stock.tuber_attribute("close") == 5.0


def test_a_block_of_an_object_that_has_one_at_the_server_is_refused() -> None:
    stage: Any = described({**SHUTTER, "context": True})
    with pytest.raises(TypeError, match=r"would not enter .*Board.*tuber_close"), stage:
        raise AssertionError("entered")


def test_an_asynchronous_block_is_refused_as_well() -> None:
    stage: Any = described({"context": True})
    entering = TuberObject.__aenter__(stage)
    with pytest.raises(TypeError, match="would not enter"):
        entering.send(None)
