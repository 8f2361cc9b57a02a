"""The objects to serve, by name."""

from wavemeter import Wavemeter

registry = {"Wavemeter": Wavemeter([632.9914, 780.2412])}
