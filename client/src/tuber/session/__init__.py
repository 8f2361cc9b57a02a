"""What the client says to a server, and what the replies mean. No sockets, threads or clocks."""
