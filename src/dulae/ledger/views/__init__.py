"""What the ledger's entries say when they are read together: pure functions over entries, nothing is kept."""
