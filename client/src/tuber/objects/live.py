"""Live properties (PROTOCOL.md section 6, ``dynamic``): read and set at the server on each access.

The getters are annotated with the type of the last known value: completion in IPython and jedi
then knows what comes out without reading the hardware.
"""

from __future__ import annotations

from typing import Any

from tuber.objects.methods import dress


def make_live_property(owner: str, name: str, kind: type) -> property:
    """The property of a generated class.

    Args:
        owner: the name of the class it will belong to.
        kind: the type of its last known value.
    """

    def get(self: Any) -> Any:
        link = self._tuber_link
        try:
            return link.run(link.session.read_property(self._tuber_path, name))
        except AttributeError as error:  # raised by the server; Python goes on with __getattr__,
            self.__dict__["_tuber_raised"] = error  # which raises it again
            raise

    def set_(self: Any, value: Any) -> None:
        self._tuber_assign(name, value)

    dress(get, owner, name)
    dress(set_, owner, name)
    get.__annotations__ = {"return": kind}
    return property(get, set_, doc=f"Live: read at the server on each access ({kind.__name__}).")
