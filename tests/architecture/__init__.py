"""Holds the house to its own drawing."""
