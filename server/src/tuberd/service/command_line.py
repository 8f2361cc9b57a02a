"""The command `tuberd`: a registry file on a port.

What the person at the prompt got wrong is one line on stderr and exit code 2, never a traceback.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from tuberd.service.limits import OPTIONS, Limits
from tuberd.service.logs import LogOptions
from tuberd.service.options import WRONG_USE, parse_args
from tuberd.service.registry_file import RegistryFileError, load_registry
from tuberd.service.server import Server, serve_until_signalled
from tuberd.service.tokens import load_tokens

__all__ = ["command", "main"]


def command() -> NoReturn:
    """The command as a process of its own, which ends even if what it serves can't."""
    sys.exit(main(ends_process=True))


def main(
    registry: Mapping[str, Any] | None = None,
    argv: Sequence[str] | None = None,
    *,
    ends_process: bool = False,
) -> int:
    """The command; returns its exit code.

    Args:
        registry: the objects, instead of those of a registry file.
        argv: see `parse_args`.
        ends_process: see `serve_until_signalled`.
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
            allow_hosts=args.allow_host,
            allow_origins=args.allow_origin,
            tokens=() if args.token_file is None else load_tokens(args.token_file),
            read_only=args.read_only,
            grace=args.grace,
            log=LogOptions(level=args.log_level, format=args.log_format, access=args.access_log),
            limits=Limits(**{name: getattr(args, option.dest) for name, option in OPTIONS.items()}),
        )
    except RegistryFileError as error:
        if args.traceback and error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        return _wrong_use(error)
    except (OSError, ImportError, TypeError, ValueError) as error:
        return _wrong_use(error)
    serve_until_signalled(server, ends_process=ends_process)
    return 0


def _wrong_use(error: Exception) -> int:
    print(f"tuberd: {' '.join(str(error).split())}", file=sys.stderr)
    return WRONG_USE
