"""Opens transactions, commits changes together with their facts, and migrates."""
