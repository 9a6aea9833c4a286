"""Rules of the ledger of time, one by one."""
