"""Owns the ledger of time: who works when, what is free, which minutes are taken."""
