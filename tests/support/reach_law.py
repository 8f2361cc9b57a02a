"""Check the rule of exposure: clients can reach exactly the members that descriptions list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

# Names that no description of any class may list.
HOSTILE = (
    *(
        "__class__",
        "__dict__",
        "__init__",
        "__reduce__",
        "__getattribute__",
        "__doc__",
        "__module__",
    ),
    *(
        "_Board__secret",
        "__",
        "_",
        "",
        "a.b",
        "a b",
        "mro",
        "__tuber_object__",
        "__tuber_exclude__",
    ),
    *("__nb_signature__", "_pybind11_conduit_v1_", "__entries", "__array_interface__", "__slots__"),
)


def check_reach(call: Callable[[Any], Any], path: list[Any], names: Iterable[str]) -> int:
    """Request each name as a property, a method and an object; return the number of listed names.

    Args:
        call: sends a batch that continues after failures, and returns its envelopes.
        path: the path of an object whose methods accept any arguments.
        names: names to try in addition to the listed ones.
    """
    [described] = call([{"object": path, "resolve": True}])
    full = described["result"]
    methods = set(full["methods"])
    objects = set(full["objects"])
    properties = set(full["properties"]) | set(full.get("failed", {}))
    listed = methods | objects | properties
    tried = sorted({*names, *HOSTILE, *listed})
    batch = [
        request
        for name in tried
        for request in (
            {"object": path, "property": name},
            {"object": path, "method": name},
            {"object": [*path, name]},
        )
    ]
    answers = iter(call(batch))
    for name in tried:
        read, called, walked = (next(answers) for _ in range(3))
        reads = not _is_refused(read)
        # A getter that raises once raises for every request.
        calls, walks = (
            not _is_refused(answer) and not ("error" in read and _message(answer) == _message(read))
            for answer in (called, walked)
        )
        assert reads == (name in listed), f"{name!r} is {'' if reads else 'not '}read"
        assert calls == (name in methods), f"{name!r} is {'' if calls else 'not '}called"
        assert walks == (name in objects), f"{name!r} is {'' if walks else 'not '}walked into"
    return len(listed)


def _is_refused(envelope: dict[str, Any]) -> bool:
    """Return whether the server found no member. A getter may raise AttributeError itself."""
    refusal = r"AttributeError: .* has no (property|method|object) "
    return re.match(refusal, _message(envelope)) is not None


def _message(envelope: dict[str, Any]) -> str:
    return str(envelope.get("error", {}).get("message", ""))
