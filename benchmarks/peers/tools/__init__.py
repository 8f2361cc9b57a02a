"""A module for each tool: `serve(port)`, which does not return, and `Client(port)`, synchronous.

They are written as somebody who knows the tool would write them, settings included. Each runs in
the tool's own environment, and imports nothing but that, numpy and `..instrument`.
"""
