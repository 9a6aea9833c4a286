"""Tries to break what the house promises."""
