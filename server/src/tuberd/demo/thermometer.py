"""The thermometers of the demo instrument: many objects of one class. It never imports tuberd."""

from __future__ import annotations

__all__ = ["Thermometer"]


class Thermometer:
    """One thermometer on a stage of the cryostat."""

    def __init__(self, stage: str, kelvin: float) -> None:
        """Simulate a stage of constant temperature."""
        self._stage = stage
        self._kelvin = kelvin
        self._offset = 0.0

    @property
    def stage(self) -> str:
        """The stage on which it is mounted."""
        return self._stage

    def read(self, average: int = 1) -> float:
        """Read the temperature, in K.

        Args:
            average: the number of readings to average; 1 or more.

        Raises:
            ValueError: There is nothing to average.
        """
        if average < 1:
            raise ValueError(f"average must be 1 or more, not {average}")
        return self._kelvin + self._offset

    def set_offset(self, kelvin: float) -> None:
        """Add a correction to all readings, in K."""
        self._offset = float(kelvin)
