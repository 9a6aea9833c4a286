"""One technology or neighbour a file."""
