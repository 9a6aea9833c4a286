"""Audit: what was done by whom, append-only, and provably unchanged."""
