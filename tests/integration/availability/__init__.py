"""Availability on a real PostgreSQL, over real gRPC."""
