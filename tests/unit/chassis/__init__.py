"""Rules of the chassis, without sockets."""
