"""One rule each, on fakes, without sockets."""
