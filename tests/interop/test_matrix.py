"""Every cell of the matrix in docs/evidence/interop.md has the expected results."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

import pytest

import tuber
from tests.interop.conftest import skip_unless_available
from tests.interop.matrix import (
    EXPECTED,
    MEDIA_TYPES,
    OURS,
    STORY,
    Cell,
    cells,
    expected,
    ours_speaks,
    status_of_our_server,
)
from tests.interop.table import DOCUMENT, document
from tests.support.peer import Peer, run_script
from tuber.protocol import CBOR, JSON


@pytest.mark.parametrize("cell", cells(), ids=lambda cell: cell.id)
def test_the_cell_matches_the_table(
    cell: Cell, unavailable: dict[Peer, str], server_of: Callable[[str], str]
) -> None:
    if not cell.possible:
        assert_refused_cleanly(cell)
        return
    skip_unless_available(cell.peers, unavailable)
    steps = expected(cell)
    arguments = (server_of(cell.server), cell.shell, MEDIA_TYPES[cell.media], ",".join(steps))
    if cell.client == OURS:
        printed = run_script(sys.executable, STORY, *arguments, env=dict(os.environ))
    else:
        printed = Peer(cell.client).run(STORY, *arguments)
    assert json.loads(printed) == steps


def assert_refused_cleanly(cell: Cell) -> None:
    """An end that does not support the media type refuses it before any call runs."""
    if cell.client == OURS and not ours_speaks(cell.media, "client"):
        with pytest.raises(ValueError, match=r"no codec .*application/cbor.* known is"):
            tuber.resolve_simple("127.0.0.1:1", accept_types=[MEDIA_TYPES[cell.media]])
    if cell.server == OURS and not ours_speaks(cell.media, "server"):
        assert status_of_our_server(b"{}", JSON, CBOR) == 406
        assert status_of_our_server(b"\xa0", CBOR, JSON) == 415


def test_the_documented_table_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), (
        "docs/evidence/interop.md differs from the matrix; try: python -m tests.interop.table"
    )


def test_expectations_name_only_steps_of_the_story() -> None:
    text = STORY.read_text(encoding="utf-8")
    assert [name for name in EXPECTED if f"async def {name}(self)" not in text] == []
    assert {name for cell in cells() for name in expected(cell)} == set(EXPECTED)
