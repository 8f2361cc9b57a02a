"""Calls that are queued in a context and sent as one batch."""
