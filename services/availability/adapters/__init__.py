"""Speaks to PostgreSQL and translates the contract."""
