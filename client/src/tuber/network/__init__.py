"""Connections to a server: addresses, HTTP/1.1, TLS, and the exchange of a request."""
