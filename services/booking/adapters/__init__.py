"""Speaks to PostgreSQL, to the ledger and in protobuf."""
