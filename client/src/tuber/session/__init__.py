"""The contents of requests and the meaning of replies. No sockets, threads or clocks."""
