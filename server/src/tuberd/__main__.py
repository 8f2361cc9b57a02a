"""``python -m tuberd``: the command `tuberd`."""

from tuberd.cli import command

command()
