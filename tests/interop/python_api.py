"""Use the Python API that existing programs need, with the Python of any client version.

    python python_api.py HOSTNAME

Prints a JSON map, as story.py does: what is imported from where, subclasses, options, codecs.
"""

from __future__ import annotations

import asyncio
import json
import sys

import tuber
import tuber.client
import tuber.codecs
import tuber.server


def names():
    """The import locations of the predecessor."""
    places = {
        tuber: "resolve resolve_simple TuberObject SimpleTuberObject TuberError TuberStateError "
        "TuberRemoteError get_include",
        tuber.client: "Context SimpleContext TuberObject SimpleTuberObject attribute_blacklisted "
        "resolve resolve_simple",
        tuber.codecs: "TuberResult AcceptTypes Codecs",
        tuber.server: "TuberRegistry TuberContainer TuberArray Server run main load_registry "
        "parse_args",
    }
    return [name for place, all_ in places.items() for name in all_.split() if hasattr(place, name)]


def one_class_in_all_places():
    return [
        tuber.client.TuberObject is tuber.TuberObject,
        tuber.client.SimpleTuberObject is tuber.SimpleTuberObject,
        issubclass(tuber.TuberStateError, tuber.TuberError),
        issubclass(tuber.TuberRemoteError, tuber.TuberError),
    ]


def names_that_stay_local():
    asked = ("read", "_sa_state", "_ipython_display_", "_tuber_x", "tuber_x", "_private")
    return [bool(tuber.client.attribute_blacklisted(name)) for name in asked]


def replies_by_media_type():
    read = tuber.codecs.AcceptTypes["application/json"]
    body = b'{"a": [{"b": 1}], "c": {"bytes": [97, 98]}}'
    result = read(body, "utf-8")
    latin = read('{"a": "\xe9"}'.encode("latin-1"), "latin-1").a
    return [
        type(result) is tuber.codecs.TuberResult,
        result.a[0].b,
        list(result.c),
        read(b'{"a": 1}', None, convert=False),
        read(b"[1, 2]", "utf-8"),
        latin,
    ]


def bodies_by_name():
    value = {"a": [1, None, "x", 2.5], "b": {}}
    codecs = [tuber.codecs.Codecs[name] for name in ("json", "orjson")]
    kinds = [type(codec.encode(value)).__name__ for codec in codecs]
    return [kinds, [codec.decode(codec.encode(value)) == value for codec in codecs]]


def a_reply_that_is_malformed(_read=tuber.codecs.AcceptTypes["application/json"]):
    try:
        _read(b"{", "utf-8")
    except ValueError:
        return "ValueError"


def results(hostname):
    board = tuber.resolve_simple(hostname, "Board")
    seen = board.keywords(1, second="y")
    return [type(seen).__name__, vars(seen)]


class Plain(tuber.SimpleTuberObject):
    """The usual subclass."""

    local = "here"

    def twice(self):
        return self.increment([1])[0] * 2


class Waiting(tuber.TuberObject):
    """The usual subclass with asyncio."""

    async def twice(self):
        return (await self.increment([1]))[0] * 2


def subclass(hostname):
    board = Plain("Board", hostname=hostname)
    board.tuber_resolve()
    board.note = "mine"
    return [board.local, board.note, board.twice(), isinstance(board, tuber.SimpleTuberObject)]


def objects_inside_a_subclass(hostname):
    board = Plain("Board", hostname=hostname)
    board.tuber_resolve()
    return [board.clock.frequency(), isinstance(board.clock, tuber.SimpleTuberObject)]


def waiting_subclass(hostname):
    async def main():
        board = Waiting("Board", hostname=hostname)
        await board.tuber_resolve()
        return await board.twice()

    return asyncio.run(main())


def resolving_again(hostname):
    board = tuber.resolve_simple(hostname, "Board")
    board.tuber_resolve()
    board.tuber_resolve(force=True)
    return board.SERIAL


def options_of_an_object(hostname):
    board = tuber.SimpleTuberObject(
        "Board",
        hostname=hostname,
        accept_types=["application/json"],
        convert_json=False,
        return_exceptions=True,
        timeout=30,
    )
    board.tuber_resolve()
    with board.tuber_context() as context:
        context.keywords(1)
        context.fail()
        first, second = context()
    return [first, isinstance(second, tuber.TuberRemoteError)]


def child_of_a_parent(hostname):
    board = tuber.resolve_simple(hostname, "Board")
    again = tuber.SimpleTuberObject("Board", parent=board)
    again.tuber_resolve()
    return again.SERIAL


def closing(hostname):
    with tuber.resolve_simple(hostname, "Board") as board:
        first = board.increment([1])
    board.close()
    return first


def foreign_hooks(hostname):
    """Names that IPython and SQLAlchemy look up cause no request."""
    board = tuber.resolve_simple(hostname, "Board")
    return [hasattr(board, name) for name in ("_ipython_display_", "_sa_instance_state")]


def a_slice_of_items(hostname):
    return len(tuber.resolve_simple(hostname, "Board").channels[0:2])


def negative_item(hostname):
    return tuber.resolve_simple(hostname, "Board").channels[-1].scaled()


def item_that_is_not_there(hostname):
    board = tuber.resolve_simple(hostname, "Board")
    raised = []
    for container, key in ((board.channels, 7), (board.named, "z")):
        try:
            container[key]
        except LookupError as error:
            raised.append(type(error).__name__)
    return raised


def refused(_):
    """No server listens there: the predecessor raises four foreign classes."""
    try:
        tuber.resolve_simple("127.0.0.1:1", "Board")
    except OSError:
        return "OSError"


def outcome(step, *arguments):
    try:
        return step(*arguments)
    except Exception as error:
        return {"raised": type(error).__name__}


LOCAL = (names, one_class_in_all_places, names_that_stay_local, replies_by_media_type,
         bodies_by_name, a_reply_that_is_malformed)  # fmt: skip
AT_A_SERVER = (results, subclass, objects_inside_a_subclass, waiting_subclass, resolving_again,
               options_of_an_object, child_of_a_parent, closing, foreign_hooks, a_slice_of_items,
               negative_item, item_that_is_not_there, refused)  # fmt: skip

if __name__ == "__main__":
    seen = {step.__name__: outcome(step) for step in LOCAL}
    seen.update({step.__name__: outcome(step, sys.argv[1]) for step in AT_A_SERVER})
    print(json.dumps(seen))
