"""Decides what a peer may reach."""
