"""Results of a made-up run of the benchmarks, for the tests of what is shown of them."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.machine import Circumstances
from benchmarks.measurements import Measurement
from benchmarks.results import Found, Results
from benchmarks.rows import ALL_SIDES, NOTHING_RATE, NOTHING_RATE_8, RAW_SOCKET, SYNC_CALL
from benchmarks.sample import Sample, histogram
from benchmarks.series import SERIES
from benchmarks.sides import Side

WHERE = Circumstances("2026-01-01T00:00+00:00", "A processor", 2, "Linux", "3.11", "1.0", "0.18.7")
SLOWNESS = {Side.FLOOR: 1.0, Side.OURS: 1.25, Side.PEER: 10.0}
ROUNDS = (1.0, 1.1, 0.9)


def rates(rounds: Sequence[float]) -> list[Sample]:
    """Samples of those rates, with everything else that a sample of `ab` has."""
    return [
        Sample(
            value=rate,
            calls=1000,
            p50=1e6 / rate,
            p99=2.5e6 / rate,
            server_cpu=0.4e6 / rate,
            client_cpu=0.3e6 / rate,
            percentiles=tuple(1e6 / rate * (1 + percent / 66) for percent in range(101)),
        )
        for rate in rounds
    ]


def times(rounds: Sequence[float]) -> list[Sample]:
    """Samples of those times in us, with a histogram."""
    return [
        Sample(
            value=time,
            calls=100,
            p50=time,
            histogram=histogram([time * (1 + n / 100) for n in range(100)]),
        )
        for time in rounds
    ]


def whole_run() -> Results:
    """Everything that the plots need, in three rounds."""
    found: dict[str, Found] = {}

    def add(measurement: Measurement, sides: Sequence[Side], base: float) -> None:
        is_rate = measurement.key.startswith("ab")
        found[measurement.key] = Found(
            {
                side: rates([base * part / SLOWNESS[side] for part in ROUNDS])
                if is_rate
                else times([base * part * SLOWNESS[side] for part in ROUNDS])
                for side in sides
            }
        )

    for series in SERIES:
        for number in series.numbers:
            measurement = series.measurement(number)
            is_rate = measurement.key.startswith("ab")
            add(measurement, series.sides, 1e5 if is_rate else 5 + number / 1000)
    for rate in (NOTHING_RATE, NOTHING_RATE_8):
        add(rate, ALL_SIDES, 1e5)
    for time in (SYNC_CALL, RAW_SOCKET):
        add(time, ALL_SIDES, 5.0)
    return Results(WHERE, found)
