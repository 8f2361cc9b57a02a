"""``python -m tuberd`` runs the command `tuberd`."""

from tuberd.service.command_line import command

command()
