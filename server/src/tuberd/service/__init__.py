"""Runs a server: options, limits, tokens, signals, logging, and the command."""
