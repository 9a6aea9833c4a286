"""Says what an appointment and a client are, without a database or a wire."""
