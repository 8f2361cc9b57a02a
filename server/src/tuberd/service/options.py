"""The options of the command `tuberd`, checked as far as the command line alone tells."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final, NoReturn

from tuber.protocol import DEFAULT_PORT
from tuberd.service.limits import OPTIONS, Limits
from tuberd.service.logs import FORMATS, LEVELS
from tuberd.service.server import GRACE, UDS_MODE
from tuberd.service.systemd import take_socket

__all__ = ["WRONG_USE", "parse_args"]

WRONG_USE: Final = 2  # the exit code that argparse uses, too


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other error of the command is said."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parse_args(argv: Sequence[str] | None = None, *, needs_file: bool = True) -> argparse.Namespace:
    """The options of the command line; exits with code 2 when they are wrong.

    Args:
        argv: the arguments, without the name of the program; None takes those of the process.
        needs_file: whether ``--registry`` must be given.
    """
    parser = _Parser(
        prog="tuberd", description="Serve the Python objects of a registry file over the network."
    )
    _add_options_of_registry(parser, needs_file)
    _add_options_of_network(parser)
    _add_options_of_access(parser)
    _add_options_of_limits(parser)
    _add_options_of_log(parser)
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('tuberd')}")
    args = parser.parse_args(argv)
    if args.uds is not None and (args.port is not None or args.bind is not None):
        parser.error("--uds is instead of --port and --bind; start another tuberd for the other")
    if args.uds is None and args.uds_mode is not None:
        parser.error("--uds-mode needs --uds")
    try:
        args.inherited_socket = take_socket()
    except ValueError as error:
        parser.error(str(error))
    if args.inherited_socket is not None and (args.port, args.bind, args.uds) != (None, None, None):
        parser.error("the service manager passed a socket: --port, --bind and --uds are not for it")
    args.port = DEFAULT_PORT if args.port is None else args.port
    args.bind = args.bind or ""
    args.uds_mode = UDS_MODE if args.uds_mode is None else args.uds_mode
    return args


def _add_options_of_registry(parser: argparse.ArgumentParser, needs_file: bool) -> None:
    add = parser.add_argument_group("what is served").add_argument
    add(
        *("-r", "--registry"),
        metavar="FILE",
        required=needs_file,
        help="a Python file that defines 'registry', a dict of objects",
    )
    add("--validate", action="store_true", help="check first that all can be described and sent")
    add(
        "--expose-private",
        action="store_true",
        help="serve names with one leading underscore too, as before 1.0",
    )
    add("--traceback", action="store_true", help="show where a registry file failed, in full")


def _add_options_of_network(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how it is served").add_argument
    add(
        *("-p", "--port"),
        type=int,
        metavar="N",
        help=f"0 takes any free one (default: {DEFAULT_PORT})",
    )
    add("--bind", metavar="ADDRESS", help="listen there only (default: everywhere)")
    add("--uds", metavar="PATH", help="listen on a unix socket instead of a port")
    add(
        "--uds-mode",
        type=_permissions,
        metavar="MODE",
        help=f"who may connect, as chmod takes it in octal (default: {UDS_MODE:o})",
    )
    add(
        *("-j", "--json"),
        metavar="NAME",
        help="the JSON library: orjson, msgspec or json (default: the best installed)",
    )
    add(
        "--grace",
        type=_seconds,
        default=GRACE,
        metavar="SECONDS",
        help="how long running calls may finish when the server stops (default: %(default)g)",
    )
    add("-w", "--webroot", metavar="DIR", help="serve the files of this directory, too")
    add(
        *("-a", "--max-age"),
        type=int,
        default=3600,
        metavar="SECONDS",
        help="how long browsers may keep those files (default: %(default)s)",
    )
    add(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which browsers may call this machine; may be repeated",
    )
    add(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="an origin whose pages may call, such as https://lab.example; may be repeated",
    )


def _add_options_of_access(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("who may do what").add_argument
    add(
        "--token-file",
        metavar="FILE",
        help="ask clients for a token; each line is 'read TOKEN' or 'control TOKEN'",
    )
    add(
        "--read-only",
        action="store_true",
        help="serve properties, descriptions and methods marked with @tuberd.readonly only",
    )


def _add_options_of_limits(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "what it bears of its clients", "0 is for no limit; K, M and G stand for KiB, MiB and GiB"
    )
    types = {"BYTES": _size, "N": _count, "SECONDS": _seconds}
    for name, option in OPTIONS.items():
        default = getattr(Limits(), name)
        group.add_argument(
            option.flag,
            type=types[option.unit],
            default=default,
            metavar=option.unit,
            help=f"{option.help} (default: {_size_text(default, option.unit)})",
        )


def _add_options_of_log(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what it tells on stderr").add_argument
    add(
        "--log-level",
        choices=LEVELS,
        default="warning",
        help="warning tells refused requests, info also calls that failed (default: %(default)s)",
    )
    add("--log-format", choices=FORMATS, default="text", help="(default: %(default)s)")
    add("--access-log", action="store_true", help="tell every answered request")


def _size_text(value: float, unit: str) -> str:
    """A default as a person would write it."""
    if unit == "BYTES":
        for letter, factor in (("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)):
            if value >= factor and value % factor == 0:
                return f"{value / factor:g}{letter}"
    return f"{value:.15g}"


def _count(text: str) -> int:
    """A number of things, for argparse."""
    if not re.fullmatch("[0-9]{1,12}", text):
        raise argparse.ArgumentTypeError(f"expected a number; came {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    """Seconds, for argparse."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text):
        raise argparse.ArgumentTypeError(f"expected seconds, such as 2.5; came {text!r}")
    return float(text)


def _size(text: str) -> int:
    """Bytes, for argparse: digits, with K, M or G behind them for 1024, 1024**2 or 1024**3."""
    match = re.fullmatch("([0-9]{1,12})([KMG]?)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"expected bytes, such as 64M; came {text!r}")
    return int(match[1]) << 10 * " KMG".index(match[2] or " ")


def _permissions(text: str) -> int:
    """Octal digits, for argparse."""
    if not re.fullmatch("0*[0-7]{1,3}", text):
        raise argparse.ArgumentTypeError(f"expected octal digits such as 660; came {text!r}")
    return int(text, 8)
