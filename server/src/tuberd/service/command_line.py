"""The command `tuberd`: serve a registry file.

A mistake of the user is one line on stderr and exit code 2, never a traceback.
"""

from __future__ import annotations

import argparse
import atexit
import faulthandler
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from tuberd.service.limits import OPTIONS, Limits
from tuberd.service.logs import LogOptions
from tuberd.service.options import WRONG_USE, parse_options
from tuberd.service.process import (
    discard_unwritable_output,
    install_hooks,
    open_standard_streams,
)
from tuberd.service.registry_file import RegistryFileError, load_registry
from tuberd.service.server import Server, serve_until_stopped
from tuberd.service.tokens import load_tokens

__all__ = ["command", "main", "parse_args"]


def command() -> NoReturn:
    """Run the command as a process of its own, which ends even if a method never returns."""
    open_standard_streams()
    atexit.register(discard_unwritable_output)  # runs last
    if not faulthandler.is_enabled():
        faulthandler.enable(2)
    install_hooks()  # before the registry file, whose exit handlers must run first
    sys.exit(main(ends_process=True))


def parse_args(
    argv: Sequence[str] | None = None, registry: Mapping[str, Any] | None = None
) -> argparse.Namespace:
    """Parse the command line of `tuberd`: ``Server(**vars(parse_args()))`` is its server.

    A socket passed by a service manager is taken here; see ``inherited_socket`` of the result.

    Args:
        argv: the arguments, without the name of the program; None takes those of the process.
        registry: the objects to serve; None loads the registry file of the command line.

    Returns:
        One attribute for each argument of `Server`.

    Raises:
        SystemExit: The options are wrong (exit code 2), or only ask for help or the version (0).
        OSError, ValueError: The registry file or the token file can't be read.
    """
    options = parse_options(argv, needs_file=registry is None)
    return argparse.Namespace(**_server_arguments(options, registry))


def _server_arguments(
    options: argparse.Namespace, registry: Mapping[str, Any] | None
) -> dict[str, Any]:
    # Before the registry file runs, which may change the working directory.
    tokens = () if options.token_file is None else load_tokens(options.token_file)
    webroot, uds = (
        None if path is None else os.path.abspath(path) for path in (options.webroot, options.uds)
    )
    return {
        "registry": load_registry(options.registry) if registry is None else registry,
        "json_module": options.json,
        "port": options.port,
        "webroot": webroot,
        "max_age": options.max_age,
        "validate": options.validate,
        "bind": options.bind,
        "uds": uds,
        "uds_mode": options.uds_mode,
        "inherited_socket": options.inherited_socket,
        "expose_private": options.expose_private,
        "live": options.live,
        "allow_hosts": options.allow_host,
        "allow_origins": options.allow_origin,
        "tokens": tokens,
        "read_only": options.read_only,
        "grace": options.grace,
        "log": LogOptions(
            level=options.log_level, format=options.log_format, access=options.access_log
        ),
        "limits": Limits(**{each.name: getattr(options, each.dest) for each in OPTIONS}),
    }


def main(
    registry: Mapping[str, Any] | None = None,
    argv: Sequence[str] | None = None,
    *,
    ends_process: bool = False,
) -> int:
    """Run the command `tuberd` in this process, until SIGINT or SIGTERM.

    Args:
        registry: the objects to serve; None loads the registry file of the command line.
        argv: the arguments, without the name of the program; None takes those of the process.
        ends_process: end the process if it has not ended within the grace after a signal.

    Returns:
        The exit code: 0, or 2 if the options or the registry are wrong.
    """
    options = parse_options(argv, needs_file=registry is None)
    try:
        server = Server(**_server_arguments(options, registry))
    except (OSError, ImportError, TypeError, ValueError) as error:
        if (
            isinstance(error, RegistryFileError)
            and options.traceback
            and error.__cause__ is not None
        ):
            traceback.print_exception(error.__cause__)
        text = str(error)
        if isinstance(error, OSError) and error.strerror and error.filename is None:
            text = error.strerror  # without "[Errno 98]"
        with suppress(OSError):  # a full disk
            print(f"tuberd: {' '.join(text.split())}", file=sys.stderr)
        return WRONG_USE
    serve_until_stopped(server, ends_process=ends_process)
    return 0
