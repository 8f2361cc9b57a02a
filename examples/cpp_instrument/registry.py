"""The served objects, by name."""

from wavemeter import Wavemeter

registry = {"Wavemeter": Wavemeter([632.9914, 780.2412])}
