"""What classes say of their own members: lists of names in attributes of the class."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from tuberd.exposure.attributes import ABSENT

# The attributes of a class that name its live properties, what is hidden, and what is not although
# it begins with an underscore.
LIVE: Final = "__tuber_dynamic__"
EXCLUDED: Final = "__tuber_exclude__"
EXPOSED: Final = "__tuber_expose__"


class ClassLists(dict[str, Set[str]]):
    """The lists that an object's classes give, each made when first asked for.

    Names of the classes or any of their bases: a subclass can't undo its base's. Only for one
    decision, or for those about one object at one moment: classes may change.
    """

    def __init__(self, classes: tuple[type, ...]) -> None:
        self.classes = classes

    def __missing__(self, attribute: str) -> Set[str]:
        names: set[str] = set()
        for cls in self.classes:
            if getattr(cls, attribute, ABSENT) is ABSENT:
                continue  # then no base has it either; most classes list nothing
            for each in cls.__mro__:
                given = getattr(each, attribute, None)
                names.update((given,) if isinstance(given, str) else given or ())
        self[attribute] = names
        return names
