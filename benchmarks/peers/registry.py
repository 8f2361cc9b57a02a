"""What tuberd serves, ours and the predecessor's."""

from benchmarks.peers.instrument import Instrument

registry = {"instrument": Instrument()}
