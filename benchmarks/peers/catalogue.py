"""Who is measured, in the order of the table, and what each needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..environment import PEER_REQUIREMENT, ROOT

NUMPY = "numpy"


class Many(Enum):
    """How a tool has a thousand calls under way at once; the values mark the cells of the table."""

    BATCH = ""  # one message with all of them
    PIPELINE = "(pipelined)"  # messages of their own, sent before the first answer is there
    STREAM = "(stream)"  # the same where the description of the methods has foreseen it
    NONE = None  # it can't


@dataclass(frozen=True)
class Tool:
    """A tool, with the module of `tools/` that knows it."""

    name: str
    module: str
    requirements: tuple[str, ...]
    many: Many = Many.BATCH
    own_environment: bool = True  # else that of the other benchmarks


TUBER = Tool(
    "tuber",
    "tuber_itself",
    (f"tuberd=={(ROOT / 'VERSION').read_text().strip()}", "orjson"),
    own_environment=False,
)

TOOLS = (
    TUBER,
    Tool("ZeroMQ and msgpack by hand", "zeromq", ("pyzmq==27.3.0", "msgpack==1.2.4", NUMPY)),
    Tool("Pyro5", "pyro", ("Pyro5==5.17", "msgpack==1.2.4", NUMPY)),
    Tool("RPyC", "rpyc_netrefs", ("rpyc==6.0.2", NUMPY), Many.PIPELINE),
    Tool("xmlrpc (standard library)", "xmlrpc_threads", (NUMPY,)),
    Tool(
        "gRPC",
        "grpc_stubs",
        ("grpcio==1.85.3", "grpcio-tools==1.85.1", "protobuf==7.36.2", NUMPY),
        Many.STREAM,
    ),
    Tool(
        "FastAPI, uvicorn and httpx",
        "fastapi_uvicorn",
        ("fastapi==0.165.0", "uvicorn[standard]==0.54.0", "uvloop==0.23.0", "httptools==0.9.0",
         "httpx==0.28.1", NUMPY),
        Many.NONE,
    ),
    Tool(
        "hololinked over HTTP",
        "hololinked_http",
        ("hololinked==0.4.2", "uvloop==0.23.0", NUMPY),
        Many.NONE,
    ),
    Tool("predecessor", "predecessor", (PEER_REQUIREMENT,), own_environment=False),
)  # fmt: skip
