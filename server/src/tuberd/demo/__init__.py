"""The demo instrument: a receiver board in C++, a power supply and thermometers in Python.

`registry.py` in this directory serves it; `tour.py` is a client that shows it.
"""

from tuberd.demo._receiver import Receiver, Window
from tuberd.demo.power_supply import PowerSupply
from tuberd.demo.thermometer import Thermometer

__all__ = ["PowerSupply", "Receiver", "Thermometer", "Window"]
