"""Pure rules of matching: no clock, no socket, no database."""
