"""Kept: services that schedule mental-health care and prove what was done."""
