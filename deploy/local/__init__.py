"""Runs the suite on one machine, from nothing."""
