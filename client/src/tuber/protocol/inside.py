"""What a description says of an object further inside: the way that a path takes through it.

Values only; a name or an item that it does not know is no fault here, for the server may have it.
"""

from __future__ import annotations

from tuber.protocol import Description, Item, Path
from tuber.protocol.paths import parts


def inside(description: Description | None, at: Path, path: Path) -> Description | None:
    """The description of the object at ``path``; None when it is not known.

    Args:
        description: of the object at the path ``at``, where ``path`` begins; None: not known.
    """
    for is_item, part in parts(path)[len(parts(at)) :]:
        if description is None:
            return None
        description = _item(description, part) if is_item else description.objects.get(str(part))
    return description


def _item(container: Description, item: Item) -> Description | None:
    keys, values = container.keys, container.values
    if values is None or isinstance(values, Description):
        return values
    try:
        place = keys.index(item) if isinstance(keys, tuple) else item
        return values[place]  # type: ignore[index]
    except (LookupError, TypeError, ValueError):
        return None
