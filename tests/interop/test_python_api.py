"""python_api.py, which uses the public API, prints the same with both clients."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop.conftest import skip_unless_available
from tests.interop.matrix import OURS, PEERS
from tests.support.peer import Peer, run_script

SCRIPT = Path(__file__).with_name("python_api.py")
NEWEST = PEERS[-1]

NAMES = """resolve resolve_simple TuberObject SimpleTuberObject TuberError TuberStateError
TuberRemoteError get_include Context SimpleContext TuberObject SimpleTuberObject
attribute_blacklisted resolve resolve_simple TuberResult AcceptTypes Codecs TuberRegistry
TuberContainer TuberArray Server run main load_registry parse_args"""

SEEN = {
    "names": NAMES.split(),
    "one_class_in_all_places": [True] * 4,
    "names_that_stay_local": [False, True, True, True, False, False],
    "replies_by_media_type": [True, 1, [97, 98], {"a": 1}, [1, 2], "é"],
    "bodies_by_name": [["str", "bytes"], [True, True]],
    "a_reply_that_is_malformed": "ValueError",
    "results": ["TuberResult", {"first": 1, "second": "y"}],
    "subclass": ["here", "mine", 4, True],
    "objects_inside_a_subclass": [10_000_000, True],
    "waiting_subclass": 4,
    "resolving_again": "0042",
    "options_of_an_object": [{"first": 1, "second": "x"}, True],
    "child_of_a_parent": "0042",
    "closing": [2],
    "foreign_hooks": [False, False],
    "a_slice_of_items": 2,
    "negative_item": 4.0,
    "item_that_is_not_there": ["IndexError", "KeyError"],
    "refused": "OSError",
}


@pytest.mark.parametrize("server", [OURS, NEWEST.version])
@pytest.mark.parametrize("client", [OURS, NEWEST.version])
@pytest.mark.parametrize("peer", [NEWEST], ids=str)
def test_a_program_works_the_same_with_old_and_new_ends(
    peer: Peer,
    client: str,
    server: str,
    unavailable: dict[Peer, str],
    server_of: Callable[[str], str],
) -> None:
    if OURS not in (client, server) or client != server:
        skip_unless_available([peer], unavailable)
    hostname = server_of(server)
    if client == OURS:
        printed = run_script(sys.executable, SCRIPT, hostname, env=dict(os.environ))
    else:
        printed = peer.run(SCRIPT, hostname)
    assert json.loads(printed) == SEEN
