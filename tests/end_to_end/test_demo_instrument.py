"""The demo instrument: its objects in this process, and its tour against a live server."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import tuberd.demo
from tests.support.live_server import live_server
from tests.support.shells import Shell
from tuberd import TuberArray, load_registry
from tuberd.demo import PowerSupply, Receiver, Thermometer, Window

REGISTRY = Path(tuberd.demo.__file__).with_name("registry.py")


@pytest.fixture
def receiver() -> Receiver:
    return Receiver(serial="RX-1", seed=7)


def test_the_receiver_describes_itself(receiver: Receiver) -> None:
    assert receiver.serial == "RX-1"
    assert receiver.sample_rate_hz == 250e6
    assert receiver.gains == [0.0, 0.0, 0.0, 0.0]


def test_the_tone_is_at_its_frequency(receiver: Receiver) -> None:
    spectrum = receiver.spectrum(1024)
    assert len(spectrum) == 1024
    assert spectrum.index(max(spectrum)) == 512  # 62.5 MHz of 125 MHz
    assert max(spectrum) == pytest.approx(-6.02, abs=0.01)


def test_each_window_leaks_less_than_the_one_before(receiver: Receiver) -> None:
    beside_tone = []
    for window in Window:
        receiver.set_window(window)
        assert receiver.get_window() is window
        beside_tone.append(receiver.spectrum(64)[33])
    assert beside_tone == sorted(beside_tone, reverse=True)
    assert len(set(beside_tone)) == 3


def test_a_gain_raises_the_power_of_only_its_channel(receiver: Receiver) -> None:
    before = receiver.integrate(1000)
    receiver.set_gain(2, 6.0)
    after = receiver.integrate(1000)
    risen = [round(new - old, 9) for old, new in zip(before, after, strict=True)]
    assert risen == [0.0, 0.0, 6.0, 0.0]


def test_the_numbers_depend_only_on_the_seed(receiver: Receiver) -> None:
    assert receiver.integrate(1000) == Receiver("another", seed=7).integrate(1000)
    assert receiver.integrate(1000) != Receiver("another", seed=8).integrate(1000)


def test_integrate_lets_other_threads_run(receiver: Receiver) -> None:
    ran = threading.Event()
    gate = threading.Lock()

    def run() -> None:
        with gate:
            ran.set()

    other = threading.Thread(target=run)
    switch_interval = sys.getswitchinterval()
    try:
        with gate:
            other.start()
            sys.setswitchinterval(1000.0)  # from here on, no thread is forced to release the GIL
        receiver.integrate(5_000_000)
        ran_meanwhile = ran.is_set()
    finally:
        sys.setswitchinterval(switch_interval)
        other.join()
    assert ran_meanwhile


def test_a_capture_is_an_array_of_samples_around_the_tone(receiver: Receiver) -> None:
    samples = receiver.capture(1000)
    assert samples.dtype == np.complex64
    assert samples.shape == (1000,)
    assert np.abs(samples - 0.5).max() < 0.015
    receiver.set_gain(0, 6.0)
    assert np.abs(receiver.capture(1000)).mean() == pytest.approx(0.998, abs=0.01)


def test_a_waveform_is_played_again_and_again(receiver: Receiver) -> None:
    silent = receiver.capture(6)
    assert receiver.load_waveform(np.array([0.25, 0.25j, -0.25])) == 3
    played = receiver.capture(6) - silent
    assert np.allclose(played, [0.25, 0.25j, -0.25] * 2, atol=1e-6)
    with pytest.raises(ValueError, match="a waveform must have one dimension"):
        receiver.load_waveform(np.zeros((2, 2)))


def test_samples_and_waveforms_are_sent_as_arrays(shell: Shell) -> None:
    with (
        live_server(REGISTRY) as server,
        shell.resolved(server.hostname, "Receiver") as receiver,
    ):
        samples = shell.finish(receiver.capture(1000))
        assert (samples.dtype, samples.shape) == (np.complex64, (1000,))
        for waveform in (np.array([0.25, 0.25j, -0.25]), [0.25, 0.25j, -0.25]):
            assert shell.finish(receiver.load_waveform(waveform)) == 3
        with pytest.raises(ValueError, match="a waveform must have one dimension"):
            shell.finish(receiver.load_waveform(np.zeros((2, 2))))


@pytest.mark.parametrize("samples", [0, -1, 100_000_001])
def test_a_capture_has_limits(receiver: Receiver, samples: int) -> None:
    with pytest.raises(ValueError, match=rf"samples must be 1 \.\.\. 100000000, not {samples}"):
        receiver.capture(samples)


@pytest.mark.parametrize("channel", [-1, 4])
def test_a_missing_channel_is_an_index_error(receiver: Receiver, channel: int) -> None:
    with pytest.raises(IndexError, match=rf"there is no channel {channel}, the channels are 0"):
        receiver.set_gain(channel, 1.0)


@pytest.mark.parametrize("bins", [0, -1, 65537])
def test_a_spectrum_has_limits(receiver: Receiver, bins: int) -> None:
    with pytest.raises(ValueError, match=rf"bins must be 1 \.\.\. 65536, not {bins}"):
        receiver.spectrum(bins)


def test_an_unknown_window_is_refused_and_changes_nothing(receiver: Receiver) -> None:
    with pytest.raises(ValueError, match="'FLAT', 'HANN', 'BLACKMAN'; got 'TRIANGLE'"):
        receiver.set_window("TRIANGLE")
    assert receiver.get_window() == "HANN"


def test_the_power_supply_sets_and_reads_its_voltage() -> None:
    supply = PowerSupply("PS-1")
    assert supply.set_voltage(12) == 12.0
    assert supply.measure_current() == pytest.approx(0.24)


@pytest.mark.parametrize("volts", [-0.1, 30.1, float("nan")])
def test_the_power_supply_refuses_a_voltage_out_of_range(volts: float) -> None:
    supply = PowerSupply("PS-1")
    with pytest.raises(ValueError, match=r"the voltage must be 0 \.\.\. 30 V"):
        supply.set_voltage(volts)
    assert supply.measure_current() == 0.0


def test_the_power_supply_warns_near_its_limit() -> None:
    with pytest.warns(UserWarning, match="28 V is close to the limit of 30 V"):
        assert PowerSupply("PS-1").set_voltage(28) == 28.0


def test_a_thermometer_adds_its_offset() -> None:
    thermometer = Thermometer("still", 0.875)
    thermometer.set_offset(0.125)
    assert thermometer.read() == 1.0
    with pytest.raises(ValueError, match="average must be 1 or more, not 0"):
        thermometer.read(average=0)


def test_the_registry_holds_the_whole_instrument() -> None:
    registry = load_registry(REGISTRY)
    assert isinstance(registry["Receiver"], Receiver)
    assert isinstance(registry["PowerSupply"], PowerSupply)
    thermometers = registry["Thermometers"]
    assert isinstance(thermometers, TuberArray)
    assert [each.stage for each in thermometers] == ["50 K shield", "4 K plate", "still"]


def test_the_tour_succeeds() -> None:
    with live_server(REGISTRY) as server:
        tour = [sys.executable, "-m", "tuberd.demo.tour", server.hostname]
        done = subprocess.run(tour, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all was as expected" in done.stdout
    assert done.stderr == ""


def test_the_tour_fails_with_another_instrument(tmp_path: Path) -> None:
    changed = tmp_path / "registry.py"
    changed.write_text(REGISTRY.read_text().replace("48.5", "52.5"))
    with live_server(changed) as server:
        tour = [sys.executable, "-m", "tuberd.demo.tour", server.hostname]
        done = subprocess.run(tour, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "this is not what was expected" in done.stdout
