"""Laws of the ledger of time."""
