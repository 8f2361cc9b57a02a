"""The client scripts: each runs in a process of its own, with the Python of the side it times."""
