"""Breaks something on purpose, and counts what was acknowledged, lost and doubled."""
