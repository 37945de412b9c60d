"""What the contractor says was done: read from his file, and taken into the ledger as claims (procedure 6.3)."""
