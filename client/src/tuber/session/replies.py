"""The meaning of replies: the outcomes of calls, and errors for HTTP statuses other than 200.

Most calls of a batch return a value without warnings, so ``Outcomes`` stores plain values, and
everything else separately. No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

from tuber.codec import EncodeError
from tuber.errors import TuberProtocolError
from tuber.protocol import ENDPOINT, RUN_ID_FIELD, Failure, Result, parse_reply
from tuber.result import with_results
from tuber.session.messages import Reply

# PROTOCOL.md section 2: with these statuses, or a 503 from a tuber server, no call was run. Other
# statuses may come from a proxy that forwarded the request (RFC 9110 sections 15.6.3 and 15.6.5),
# or from an old server that ran the method.
_REFUSED: Final = frozenset({400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 417, 431, 505})
_UNAVAILABLE: Final = 503

_WHAT_TO_TRY: Final[Mapping[int, str]] = {
    401: "Give a token that the server, or a proxy in front of it, accepts: token=, hostname "
    "'TOKEN@board', or TUBER_TOKEN in the environment",
    403: "The server, or a proxy in front of it, refuses this client: see the server's log",
    404: "The program listening there is not a tuber server: is the port right?",
    405: "The program listening there is not a tuber server: is the port right?",
    406: "The server writes none of the requested media types: is accept_types right?",
    407: "A proxy requires a login: connect to the server without it",
    413: "The arguments are too big for the server: send them in several calls",
    415: "The server cannot read the media type of the arguments",
    429: "A proxy in front of the server limits the rate of calls",
    500: "The server, or a proxy in front of it, failed: see its log",
    502: "A proxy got no answer from the server: is the server running?",
    503: "The server, or a proxy in front of it, is overloaded or not ready: try again later",
    504: "A proxy got no answer from the server within its own timeout",
}
_OTHERWISE: Final = "Is a tuber server listening there?"
_ABSOLUTE: Final = re.compile(r"(https?)://([^/?#]+)([^?#]*)", re.IGNORECASE)


class EncodeFailure(NamedTuple):
    """The outcome of a call that was not sent because an argument cannot be encoded."""

    error: EncodeError
    warnings: tuple[str, ...] = ()


Outcome: TypeAlias = "Result | Failure | EncodeFailure"


@dataclass(slots=True, eq=False)
class Outcomes:
    """The outcomes of the calls of a batch, in order.

    Attributes:
        values: the results of the calls; None where ``others`` has an entry.
        others: the outcomes with more than a value, by place.
    """

    values: list[Any]
    others: dict[int, Outcome]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Outcome]:
        for place, value in enumerate(self.values):
            yield self.others[place] if place in self.others else Result(value)

    def converted(self) -> Outcomes:
        """Return a copy with maps in results as TuberResult objects."""
        others = {
            place: each._replace(value=with_results(each.value))
            if isinstance(each, Result)
            else each
            for place, each in self.others.items()
        }
        return Outcomes(with_results(self.values), others)

    def with_unsent(self, unsent: Mapping[int, Outcome]) -> Outcomes:
        """Return a copy with the outcomes of calls that were not sent inserted at their places."""
        if not unsent:
            return self
        sent = iter(self)
        places = range(len(self) + len(unsent))
        return outcomes_of(unsent[place] if place in unsent else next(sent) for place in places)

    def forget_warnings(self, place: int, outcome: Outcome) -> None:
        """Drop the warnings of one call after they were shown."""
        if isinstance(outcome, Failure):
            self.others[place] = replace(outcome, warnings=())
        elif isinstance(outcome, Result):
            self.values[place] = outcome.value
            self.others.pop(place, None)  # another thread may have removed it


def outcomes_of(every: Iterable[Outcome]) -> Outcomes:
    """Collect outcomes, in order."""
    values: list[Any] = []
    others: dict[int, Outcome] = {}
    for place, outcome in enumerate(every):
        if isinstance(outcome, Result) and not outcome.warnings:
            values.append(outcome.value)
        else:
            values.append(None)
            others[place] = outcome
    return Outcomes(values, others)


_RESULT: Final = itemgetter("result")


def read_outcomes(envelopes: Sequence[Any]) -> Outcomes:
    """Read the envelopes of a reply to a batch.

    Raises:
        TuberProtocolError: one of them is malformed.
    """
    # In most batches every envelope has only a result. These loops run in C.
    if set(map(type, envelopes)) == {dict} and set(map(len, envelopes)) == {1}:
        with suppress(KeyError):
            return Outcomes(list(map(_RESULT, envelopes)), {})
    return outcomes_of(map(parse_reply, envelopes))


def status_error(reply: Reply, url: str, called: object) -> TuberProtocolError:
    """Return the error for a reply whose status is not 200."""
    status = reply.status
    refused = status in _REFUSED or (
        status == _UNAVAILABLE and RUN_ID_FIELD.lower() in reply.fields
    )
    text = bytes(reply.body[:200]).decode("utf-8", "replace").strip().partition("\n")[0]
    location = reply.fields.get("location") if 300 <= status < 400 else None
    if location is not None:
        text, hint = f"redirect to {location}", _instead_of(location)
    else:
        hint = _WHAT_TO_TRY.get(status, _OTHERWISE)
    return TuberProtocolError(
        f"{url} answered HTTP {status}{f' ({text})' if text else ''}; "
        f"{called} {'was not run' if refused else 'may have run'}. {hint}",
        status=status,
        location=location,
        may_have_run=not refused,
    )


def _instead_of(location: str) -> str:
    """Return advice: the hostname that avoids the redirect."""
    match = _ABSOLUTE.match(location)
    if match is None:  # a path on the same host
        return f"Redirects are not followed. {_OTHERWISE}"
    scheme, authority, path = match.groups()
    if path.rstrip("/") in ("", ENDPOINT):
        path = ""
    plain = scheme.lower() == "http" and not path
    hostname = authority if plain else f"{scheme.lower()}://{authority}{path}"
    return f"Redirects are not followed: use hostname {hostname!r} if that is the server"
