"""hololinked over HTTP: serializer msgpack (it carries numpy arrays), uvloop, logs off."""

import logging
from typing import Any

from hololinked import Serializers
from hololinked.client import ClientFactory
from hololinked.config import global_config
from hololinked.core import Thing, action
from hololinked.serializers import MsgpackSerializer

from ..instrument.served import Instrument, ProxyClient

global_config.LOG_LEVEL = logging.ERROR
global_config.USE_UVLOOP = True
global_config.setup()


class Exposed(Thing):  # type: ignore[misc]  # hololinked is not installed where types are checked
    _instrument = Instrument()

    @action()  # type: ignore[untyped-decorator]
    def nothing(self) -> None:
        self._instrument.nothing()

    @action()  # type: ignore[untyped-decorator]
    def increment(self, numbers: list[int]) -> list[int]:
        return self._instrument.increment(numbers)

    @action()  # type: ignore[untyped-decorator]
    def samples(self) -> Any:  # its JSON schemas know no arrays
        return self._instrument.samples()


for each in (Exposed.nothing, Exposed.increment, Exposed.samples):
    Serializers.register_content_type_for_object(each, MsgpackSerializer().content_type)


def serve(port: int) -> None:
    Exposed(id="instrument").run_with_http_server(
        port=port, address="127.0.0.1", print_welcome_message=False
    )


class Client(ProxyClient):
    def __init__(self, port: int) -> None:
        url = f"http://127.0.0.1:{port}/instrument/resources/wot-td"
        super().__init__(ClientFactory.http(url=url))
