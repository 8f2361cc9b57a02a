"""Runs a server: options, limits, tokens, logging, the process around it, and the command."""
