"""A module for each tool: `serve(port)`, which does not return, and `Client(port)`, synchronous.

Each has the settings that a user who knows the tool would choose. It runs in the tool's own
environment, and imports nothing but that, numpy and `..instrument.served`.
"""
