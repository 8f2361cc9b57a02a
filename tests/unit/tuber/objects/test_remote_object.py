"""Remote objects: attributes, items, and names that are never remote."""

from __future__ import annotations

import copy
import pickle
import pydoc
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.support.scripted_link import ScriptedObject, described
from tuber import SimpleTuberObject, TuberResult
from tuber.client import attribute_blacklisted

METHOD: dict[str, Any] = {"__doc__": None, "__signature__": None}
BOARD = {
    "__doc__": "A board.",
    "methods": {"read": METHOD, "values": METHOD},
    "properties": {"gain": 2.0, "limits": {"low": 1}},
    "objects": {
        "adc": {"__doc__": "An ADC.", "methods": {"read": METHOD}},
        "clocks": {"keys": 2, "values": {"methods": {"start": METHOD}}},
        "named": {"keys": ["a", "b"], "values": {"methods": {"start": METHOD}}},
        "none": {"values": []},
    },
    "failed": {"temperature": {"message": "OSError: no sensor", "type": "OSError"}},
}


@pytest.fixture
def board() -> Any:
    return described(BOARD)


def test_methods_call_the_object_by_its_path(board: Any) -> None:
    assert board.read(1)["object"] == "Board"
    assert board.adc.read()["object"] == ["Board", "adc"]
    assert board.clocks[-1].start()["object"] == ["Board", ["clocks", 1]]
    assert board.named["b"].start()["object"] == ["Board", ["named", "b"]]


def test_attributes_are_created_once(board: Any) -> None:
    assert board.read == board.read
    assert board.adc is board.adc
    assert board.clocks[0] is board.clocks[0]


def test_properties_have_their_value_from_the_resolve(board: Any) -> None:
    assert board.gain == 2.0
    assert board.limits.low == 1
    assert board.limits is board.limits
    assert type(described(BOARD, convert_json=False).limits) is dict


@pytest.mark.parametrize("name", ["gain", "limits", "temperature", "adc", "read"])
def test_remote_attributes_cannot_be_replaced(board: Any, name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        setattr(board, name, 3)


def test_a_property_that_failed_raises_its_error_when_it_is_read(board: Any) -> None:
    with pytest.raises(OSError, match="no sensor"):
        _ = board.temperature


def test_an_unknown_attribute_names_the_object_and_close_names(board: Any) -> None:
    with pytest.raises(AttributeError, match=r"Board at http://board/tuber.*'reed'.*'read'"):
        _ = board.reed
    with pytest.raises(AttributeError, match=r"dir\(\) lists"):
        _ = board.xyz
    assert not hasattr(board.adc, "gain")


@pytest.mark.parametrize(
    "name", ["__array__", "_sa_instance_state", "_ipython_display_", "_repr_png_", "_tuber_x"]
)
def test_names_of_other_libraries_are_never_looked_for_at_the_server(name: str) -> None:
    assert attribute_blacklisted(name)
    remote = described({"properties": {name: 1}})
    assert not hasattr(remote, name)
    assert not hasattr(ScriptedObject.__new__(ScriptedObject), name)


def test_an_underscore_name_that_the_server_lists_is_reached() -> None:
    assert not attribute_blacklisted("_dump")
    assert described({"methods": {"_dump": METHOD}})._dump()["method"] == "_dump"


def test_dir_lists_everything_without_io(board: Any) -> None:
    asked = len(board._tuber_link.asked)
    assert {"read", "gain", "adc", "temperature", "tuber_resolve"} <= set(dir(board))
    assert "keys" in dir(board.named)
    assert "keys" not in dir(board.adc)
    repr(board), repr(board.adc), len(board.clocks)
    assert len(board._tuber_link.asked) == asked


def test_repr_names_object_and_server(board: Any) -> None:
    shown = repr(board.clocks[1])
    assert shown == "<SimpleTuberObject Board.clocks[1] at http://board/tuber>"
    assert repr(described({}, None)) == "<Described registry at http://board/tuber>"
    assert repr(ScriptedObject.__new__(ScriptedObject)) == "<ScriptedObject registry>"


def test_docstrings_are_the_remote_ones(board: Any) -> None:
    assert (type(board).__doc__, type(board.adc).__doc__) == ("A board.", "An ADC.")
    assert (board.__doc__, board.adc.__doc__) == ("A board.", "An ADC.")
    assert "A board." in pydoc.plain(pydoc.render_doc(board))


def test_a_list_of_objects_is_a_sequence(board: Any) -> None:
    clocks = board.clocks
    assert clocks.tuber_is_container
    assert len(clocks) == 2
    assert [clock.start()["object"][1][1] for clock in clocks] == [0, 1]
    assert clocks[0:1] == [clocks[0]]
    assert clocks[1] in clocks
    assert not hasattr(clocks, "keys")
    with pytest.raises(IndexError):
        clocks[2]


def test_a_map_of_objects_is_a_mapping(board: Any) -> None:
    named = board.named
    assert list(named) == list(named.keys()) == ["a", "b"]
    assert list(named.values()) == [named["a"], named["b"]]
    assert dict(named.items())["a"] is named["a"]
    assert named.get("z") is None
    with pytest.raises(KeyError):
        named["z"]


def test_an_object_without_items_is_no_container(board: Any) -> None:
    assert board
    assert not board.tuber_is_container
    assert not board.none
    assert board.values()["method"] == "values"
    for use in (len, iter, lambda each: each[0], lambda each: 1 in each):
        with pytest.raises(TypeError, match=r"has no len|not iterable|not subscriptable"):
            use(board)
    assert not isinstance(board, (Sequence, Mapping))


def test_a_registry_has_its_objects_as_attributes() -> None:
    registry = described({"objects": {"Board": BOARD}}, None)
    assert registry.Board.read()["object"] == "Board"
    assert registry.Board.clocks[0].start()["object"] == ["Board", ["clocks", 0]]


def test_nothing_is_known_before_resolving() -> None:
    remote = ScriptedObject("Board", hostname="board")
    with pytest.raises(AttributeError, match=r"call its tuber_resolve\(\) first"):
        _ = remote.read
    with pytest.raises(AttributeError, match="tuber_resolve"):
        remote.tuber_get("gain", keys=[1])
    assert remote._tuber_link.asked == []


def test_resolving_again_forgets_what_was_known() -> None:
    answers = iter(
        [{"properties": {"gain": 1}, "methods": {"a": METHOD}}, {"properties": {"gain": 2}}]
    )

    class Changing(ScriptedObject):
        @staticmethod
        def answer(asked: Any) -> Any:
            return {"result": next(answers)}

    remote: Any = Changing("Board", hostname="board")
    assert remote.tuber_resolve() is remote
    assert (remote.gain, callable(remote.a)) == (1, True)
    remote.tuber_resolve()
    assert remote.gain == 1
    remote.tuber_resolve(force=True)
    assert remote.gain == 2
    assert not hasattr(remote, "a")


class Columns:
    """A class that accepts named arguments, like SQLAlchemy's declarative classes."""

    def __init__(self, **columns: Any) -> None:
        super().__init__()
        self.columns = columns


class Stored(Columns):
    serial = "local"


def test_a_subclass_can_be_combined_with_another_class() -> None:
    class Board(SimpleTuberObject, Stored):
        def double(self) -> Any:
            return 2 * self.gain

    board: Any = Board("Board", hostname="board", serial="0042")
    assert board.columns == {"serial": "0042"}
    board._tuber_adopt(
        described({"properties": {"gain": 2, "serial": "remote"}})._tuber_description
    )
    assert board.double() == 4
    assert board.serial == "local"
    board.serial = "mine"
    assert board.serial == "mine"


HIDDEN = {
    "type": "Shutter",
    "methods": {"tuber_call": METHOD, "tuber_resolve": METHOD, "_repr_html_": METHOD},
    "properties": {"gain": 2},
    "objects": {"object_factory": {"properties": {"gain": 3}}},
}


def test_hidden_remote_names_are_warned_of_once_and_reached_explicitly() -> None:
    text = r"^Shutter at http://board/tuber has 'object_factory', 'tuber_resolve', hidden"
    with pytest.warns(UserWarning, match=text) as shown:
        shutter: Any = described(HIDDEN)
    assert len(shown) == 1
    shutter.tuber_resolve(force=True)  # a second warning would be an error here
    assert shutter.tuber_attribute("tuber_resolve")(1)["method"] == "tuber_resolve"
    assert shutter.tuber_attribute("object_factory").gain == 3
    assert shutter.tuber_attribute("gain") == shutter.gain == 2
    assert not hasattr(shutter.tuber_resolve, "__signature__")
    with pytest.raises(AttributeError, match="did you mean 'tuber_resolve'"):
        shutter.tuber_attribute("tuber_resolved")


def test_the_items_of_a_container_warn_of_hidden_names_once() -> None:
    board: Any = described({"keys": 2, "values": {"methods": {"tuber_close": METHOD}}})
    with pytest.warns(UserWarning, match="at http://board/tuber has 'tuber_close'") as shown:
        assert len(list(board)) == 2
    assert len(shown) == 1


def test_names_that_a_subclass_defines_hide_remote_ones_without_a_warning() -> None:
    class Shutter(ScriptedObject):
        gain = 1

        @staticmethod
        def answer(asked: Any) -> Any:
            return {"result": {"methods": {"close": METHOD}, "properties": {"gain": 2}}}

        def close(self) -> None:
            self.gain = 0

    shutter: Any = Shutter("Shutter", hostname="board")
    shutter.tuber_resolve()
    shutter.close()
    assert (shutter.gain, shutter.tuber_attribute("gain")) == (0, 2)


def test_an_attribute_set_before_resolving_stays_and_is_warned_of() -> None:
    class Board(ScriptedObject):
        @staticmethod
        def answer(asked: Any) -> Any:
            return {"result": BOARD}

    board: Any = Board("Board", hostname="board")
    board.gain = "mine"
    with pytest.warns(UserWarning, match="has 'gain', hidden"):
        board.tuber_resolve()
    board.tuber_resolve(force=True)
    assert (board.gain, board.tuber_attribute("gain")) == ("mine", 2.0)


def test_a_property_of_all_items_is_read_with_one_request() -> None:
    class Container(ScriptedObject):
        keys_described: Any = 3

        @classmethod
        def answer(cls, asked: Any) -> Any:
            if isinstance(asked, dict):
                return {"result": {"keys": cls.keys_described, "values": {}}}
            return [{"result": call["object"][-1][-1]} for call in asked]

    class Named(Container):
        keys_described = ("a", "b")

    channels: Any = Container("Channels", hostname="board").tuber_resolve()
    assert channels.tuber_get("index") == [0, 1, 2]
    assert channels.tuber_get("index", keys=(2, -1)) == [2, -1]
    assert channels.tuber_get("index", []) == []
    assert len(channels._tuber_link.asked) == 3
    named: Any = Named("Named", hostname="board").tuber_resolve()
    assert named.tuber_get("index") == ["a", "b"]
    with pytest.raises(TypeError, match="is not a container"):
        described({}).tuber_get("index", keys=[0])


def test_a_subclass_may_choose_the_class_of_the_objects_inside() -> None:
    class Adc(SimpleTuberObject):
        pass

    class Board(ScriptedObject):
        @staticmethod
        def answer(asked: Any) -> Any:
            return {"result": BOARD}

        def object_factory(self, objname: Any) -> Any:
            return (
                Adc(objname, parent=self)
                if objname[-1] == "adc"
                else super().object_factory(objname)
            )

    board: Any = Board("Board", hostname="board")
    board.tuber_resolve()
    assert isinstance(board.adc, Adc)
    assert isinstance(board.clocks, SimpleTuberObject)
    assert not isinstance(board.clocks, Adc)


def test_a_server_must_be_named() -> None:
    with pytest.raises(TypeError, match="needs hostname= or parent="):
        SimpleTuberObject("Board")
    with pytest.raises(TypeError):
        SimpleTuberObject("Board", hostname="board", time_out=3)


def test_remote_objects_can_be_pickled_and_copied() -> None:
    board: Any = SimpleTuberObject("Board", hostname="board:81", timeout=3, convert_json=False)
    board._tuber_adopt(described(BOARD)._tuber_description)
    assert board.clocks[0].start
    for again in (pickle.loads(pickle.dumps(board)), copy.deepcopy(board)):
        assert repr(again) == repr(board)
        assert (again.gain, type(again), len(again.clocks)) == (2.0, type(board), 2)
        assert again.clocks[0] is not board.clocks[0]
        assert not isinstance(again.limits, TuberResult)
