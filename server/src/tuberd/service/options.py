"""The options of the command `tuberd`: parsed, and checked against each other.

It must never open a file or a socket: the values themselves are checked where they are used.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, Final, NoReturn

from tuber.protocol import DEFAULT_PORT
from tuberd.service.limits import FORMER_FLAGS, OPTIONS, Limits
from tuberd.service.logs import FORMATS, LEVELS
from tuberd.service.server import GRACE, UDS_MODE
from tuberd.service.systemd import take_socket

__all__ = ["WRONG_USE", "parse_options"]

WRONG_USE: Final = 2  # the exit code that argparse uses, too


class _Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line, as all errors of the command are."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parse_options(
    argv: Sequence[str] | None = None, *, needs_file: bool = True
) -> argparse.Namespace:
    """Parse the command line of `tuberd`.

    A socket passed by a service manager is taken here; see ``inherited_socket`` of the result.

    Args:
        argv: the arguments, without the name of the program; None takes those of the process.
        needs_file: whether a registry file is required; otherwise it is refused.

    Returns:
        One attribute for each option, named as the option with underscores.

    Raises:
        SystemExit: The options are wrong (exit code 2), or only ask for help or the version (0).
    """
    parser = _Parser(
        prog="tuberd", description="Serve the Python objects of a registry file over the network."
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="the same as --registry FILE")
    _add_registry_options(parser)
    _add_network_options(parser)
    _add_access_options(parser)
    _add_limit_options(parser)
    _add_logging_options(parser)
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('tuberd')}")
    args = parser.parse_args(argv)
    if args.file is not None and args.registry is not None:
        parser.error(f"expected one registry file; got {args.file} and {args.registry}")
    args.registry = args.registry or args.file
    del args.file
    if needs_file and args.registry is None:
        parser.error("the registry file is missing: tuberd FILE")
    if args.registry is not None and not needs_file:
        parser.error("a registry file has no effect here: this program serves objects of its own")
    if args.uds is not None and (args.port is not None or args.bind is not None):
        parser.error("--uds replaces --port and --bind; start a second tuberd to serve both")
    if args.uds is None and args.uds_mode is not None:
        parser.error("--uds-mode needs --uds")
    try:
        args.inherited_socket = take_socket()
    except ValueError as error:
        parser.error(str(error))
    if args.inherited_socket is not None and (args.port, args.bind, args.uds) != (None, None, None):
        parser.error("the service manager passed a socket; remove --port, --bind and --uds")
    args.port = DEFAULT_PORT if args.port is None else args.port
    args.bind = args.bind or ""
    args.uds_mode = UDS_MODE if args.uds_mode is None else args.uds_mode
    return args


def _add_registry_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("registry").add_argument
    add(
        *("-r", "--registry"),
        metavar="FILE",
        help="Python file that defines 'registry', a dict of objects",
    )
    add(
        "--validate",
        action="store_true",
        help="refuse to start if an object cannot be described, or a property cannot be sent",
    )
    add(
        "--expose-private",
        action="store_true",
        help="also serve names with one leading underscore, as before 1.0",
    )
    add(
        "--live",
        action="store_true",
        help="make all properties live: read at each access, and settable",
    )
    add("--traceback", action="store_true", help="print the traceback if the registry file raises")


def _add_network_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("network").add_argument
    add(
        *("-p", "--port"),
        type=int,
        metavar="N",
        help=f"TCP port; 0 chooses a free one (default: {DEFAULT_PORT})",
    )
    add("--bind", metavar="ADDRESS", help="listen on this address only (default: all addresses)")
    add("--uds", metavar="PATH", help="listen on a Unix socket instead of a port")
    add(
        "--uds-mode",
        type=_permissions,
        metavar="MODE",
        help=f"permissions of the Unix socket, in octal (default: {UDS_MODE:o})",
    )
    add(
        *("-j", "--json"),
        metavar="NAME",
        help="has no effect: orjson, msgspec and json are accepted for old start scripts",
    )
    add(
        "--grace",
        type=_seconds,
        default=GRACE,
        metavar="SECONDS",
        help="time for running calls to finish when the server stops (default: %(default)g)",
    )
    add("-w", "--webroot", metavar="DIR", help="also serve the files of this directory")
    add(
        *("-a", "--max-age"),
        type=int,
        default=3600,
        metavar="SECONDS",
        help="time that browsers may cache those files (default: %(default)s)",
    )


def _add_access_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("access").add_argument
    add(
        "--token-file",
        metavar="FILE",
        help="require a token; each line is 'read TOKEN' or 'control TOKEN'",
    )
    add(
        "--read-only",
        action="store_true",
        help="only allow descriptions, reading properties, and methods marked @tuberd.readonly",
    )
    add(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="host name that browsers may use for this machine; may be repeated",
    )
    add(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="origin whose pages may send requests, such as https://lab.example; may be repeated",
    )


def _add_limit_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group(
        "limits", "0 means no limit. K, M and G stand for KiB, MiB and GiB."
    ).add_argument
    types = {"BYTES": _size, "N": _count, "SECONDS": _seconds}
    for name, flag, unit, summary in OPTIONS:
        default = getattr(Limits(), name)
        text = f"{summary} (default: {_size_text(default, unit)})"
        option = add(flag, type=types[unit], default=default, metavar=unit, help=text)
        if former := FORMER_FLAGS.get(flag):
            hidden = argparse.SUPPRESS
            add(former, dest=option.dest, type=types[unit], default=hidden, help=hidden)


def _add_logging_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("logging").add_argument
    add(
        "--log-level",
        choices=LEVELS,
        default="warning",
        help="warning: refused requests; info: also failed calls (default: %(default)s)",
    )
    add("--log-format", choices=FORMATS, default="text", help="(default: %(default)s)")
    add("--access-log", action="store_true", help="log every request")


def _size_text(value: float, unit: str) -> str:
    """Write a default as a person would."""
    if unit == "BYTES":
        for letter, factor in (("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)):
            if value >= factor and value % factor == 0:
                return f"{value / factor:g}{letter}"
    return f"{value:.15g}"


def _parser(pattern: str, expected: str, convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        if not re.fullmatch(pattern, text):
            raise argparse.ArgumentTypeError(f"expected {expected}; got {text!r}")
        return convert(text)

    return parse


def _bytes_of(text: str) -> int:
    return int(text.rstrip("KMG")) << 10 * max(" KMG".find(text[-1]), 0)


_count: Final = _parser("[0-9]{1,12}", "a number", int)
_seconds: Final = _parser(r"[0-9]{1,9}(\.[0-9]{1,6})?", "seconds, such as 2.5", float)
_size: Final = _parser("[0-9]{1,12}[KMG]?", "bytes, such as 64M", _bytes_of)
_permissions: Final = _parser("0*[0-7]{1,3}", "octal digits such as 660", lambda text: int(text, 8))
