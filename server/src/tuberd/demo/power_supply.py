"""The Python half of the demo instrument: a bench power supply. It never imports tuberd."""

from __future__ import annotations

import warnings

__all__ = ["PowerSupply"]

MAX_VOLTS = 30.0
# Above this the fan runs at full speed; real supplies are specified for short times only.
WARN_VOLTS = 27.0
LOAD_OHMS = 50.0
MAX_OFFSET_VOLTS = 1.0


class PowerSupply:
    """A bench power supply, 0 to 30 V, with a load of 50 ohms."""

    # Live properties: each access reads the instrument, and clients may set them.
    __tuber_dynamic__ = ("output_offset",)

    def __init__(self, serial: str) -> None:
        """Start with the output at 0 V."""
        self._serial = serial
        self._volts = 0.0
        self._offset = 0.0

    @property
    def serial(self) -> str:
        """The serial number."""
        return self._serial

    @property
    def max_voltage(self) -> float:
        """The highest voltage that can be set, in V."""
        return MAX_VOLTS

    @property
    def output_offset(self) -> float:
        """The voltage added at the terminals, for the drop in the cables, in V."""
        return self._offset

    @output_offset.setter
    def output_offset(self, volts: float) -> None:
        if not abs(volts) <= MAX_OFFSET_VOLTS:
            raise ValueError(f"the offset must be within {MAX_OFFSET_VOLTS:g} V, not {volts:g} V")
        self._offset = float(volts)

    def measure_current(self) -> float:
        """Measure the current into the load, in A."""
        return (self._volts + self._offset) / LOAD_OHMS

    def set_voltage(self, volts: float) -> float:
        """Set the voltage of the output and return it as read back.

        Args:
            volts: 0 to 30; from 27 V on the call warns.

        Raises:
            ValueError: The voltage is out of range; the output stays as it was.
        """
        if not 0.0 <= volts <= MAX_VOLTS:
            raise ValueError(f"the voltage must be 0 ... {MAX_VOLTS:g} V, not {volts:g} V")
        if volts >= WARN_VOLTS:
            warnings.warn(f"{volts:g} V is close to the limit of {MAX_VOLTS:g} V", stacklevel=2)
        self._volts = float(volts)
        return self._volts
