"""The registry of the demo instrument: `tuberd --registry .../tuberd/demo/registry.py`."""

from tuberd import TuberArray
from tuberd.demo import PowerSupply, Receiver, Thermometer

registry = {
    "Receiver": Receiver(serial="RX-0042", seed=42),
    "PowerSupply": PowerSupply(serial="PS-0007"),
    "Thermometers": TuberArray(
        [
            Thermometer("50 K shield", 48.5),
            Thermometer("4 K plate", 3.75),
            Thermometer("still", 0.875),
        ]
    ),
}
