"""Contexts, which queue calls and send them as one batch."""
