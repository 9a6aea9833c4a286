"""Keeps the promise: clients, and what was agreed with them."""
