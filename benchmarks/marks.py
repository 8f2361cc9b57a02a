"""Parts of documents that are written by a command: each stands between two marks of its name."""

from __future__ import annotations


def replaced(document: str, name: str, text: str) -> str:
    """The document with `text` between `<!-- NAME -->` and `<!-- end of NAME -->`.

    Raises:
        ValueError: the document lacks the marks.
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, found_begin, rest = document.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"the document has no part between {begin!r} and {end!r}")
    return f"{before}{begin}\n{text.strip()}\n{end}{after}"
