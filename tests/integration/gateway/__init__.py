"""The gateway's own process, over raw sockets."""
