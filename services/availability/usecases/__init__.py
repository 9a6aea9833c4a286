"""One verb, one file: what the ledger does when it is asked."""
