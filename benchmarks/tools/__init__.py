"""One module for each tool, with `serve(port)`, which never returns, and a blocking `Client(port)`.

Each module uses the settings that an experienced user of the tool would choose. It runs in the
tool's own environment and imports only the tool, numpy and `..instrument.served`.
"""
