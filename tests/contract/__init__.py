"""Contracts: what others may rely on."""
