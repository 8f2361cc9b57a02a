"""Write the matrix into docs/evidence/interop.md: run `python -m tests.interop.table` in the root.

The table shows the expectations of matrix.py, and test_matrix.py checks them.
"""

from __future__ import annotations

from textwrap import fill

from tests.interop.matrix import DIFFERENCES, OURS, PEERS, SHELLS, Cell, cells
from tests.support.peer import ROOT

DOCUMENT = ROOT / "docs" / "evidence" / "interop.md"
BEGIN, END = "<!-- matrix -->\n", "<!-- end of the matrix -->\n"


def table() -> str:
    """Return the rows, one for each pair of client and server, and the legend of the marks."""
    columns = [(media, shell) for media in ("JSON", "CBOR") for shell in SHELLS]
    heading = [*(f"{media}, {shell}" for media, shell in columns)]
    rows = [["client", "server", *heading], ["---"] * (2 + len(columns))]
    for client, server in dict.fromkeys((cell.client, cell.server) for cell in cells()):
        verdicts = [verdict(Cell(client, server, *column)) for column in columns]
        rows.append([_name(client), _name(server), *verdicts])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, "", *_legend(), ""])


def verdict(cell: Cell) -> str:
    """Return the text of a cell."""
    if not cell.possible:
        return "JSON only"
    marks = dict.fromkeys(each.mark for each in DIFFERENCES if each.applies(cell))
    return " ".join(["yes", *(f"<sup>{mark}</sup>" for mark in marks)])


def document() -> str:
    """Return the whole document with the current table."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _name(version: str) -> str:
    return "1.0" if version == OURS else version


def _legend() -> list[str]:
    reasons: dict[str, list[str]] = {}
    for each in DIFFERENCES:
        if each.reason:
            reasons.setdefault(each.mark, []).append(each.reason)
    lines = [f"- <sup>{mark}</sup> {'; '.join(texts)}" for mark, texts in reasons.items()]
    return [
        fill(line, 98, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        for line in lines
    ]


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    print(f"{DOCUMENT.name}: {len(cells())} cells, versions {', '.join(map(str, PEERS))}")
