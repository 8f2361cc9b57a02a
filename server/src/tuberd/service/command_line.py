"""The command `tuberd`: serve a registry file.

A mistake of the user is one line on stderr and exit code 2, never a traceback.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from tuberd.service.limits import OPTIONS, Limits
from tuberd.service.logs import LogOptions
from tuberd.service.options import WRONG_USE, parse_args
from tuberd.service.process import install_hooks
from tuberd.service.registry_file import RegistryFileError, load_registry
from tuberd.service.server import Server, serve_until_stopped
from tuberd.service.tokens import load_tokens

__all__ = ["command", "main"]


def command() -> NoReturn:
    """Run the command as a process of its own, which ends even if a method never returns."""
    install_hooks()  # before the registry file, whose exit handlers must run first
    sys.exit(main(ends_process=True))


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
    args = parse_args(argv, needs_file=registry is None)
    try:
        server = Server(
            load_registry(args.registry) if registry is None else registry,
            args.json,
            args.port,
            args.webroot,
            args.max_age,
            args.validate,
            bind=args.bind,
            uds=args.uds,
            uds_mode=args.uds_mode,
            inherited_socket=args.inherited_socket,
            expose_private=args.expose_private,
            live=args.live,
            allow_hosts=args.allow_host,
            allow_origins=args.allow_origin,
            tokens=() if args.token_file is None else load_tokens(args.token_file),
            read_only=args.read_only,
            grace=args.grace,
            log=LogOptions(level=args.log_level, format=args.log_format, access=args.access_log),
            limits=Limits(**{option.name: getattr(args, option.dest) for option in OPTIONS}),
        )
    except (OSError, ImportError, TypeError, ValueError) as error:
        if isinstance(error, RegistryFileError) and args.traceback and error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        print(f"tuberd: {' '.join(str(error).split())}", file=sys.stderr)
        return WRONG_USE
    serve_until_stopped(server, ends_process=ends_process)
    return 0
