"""Reports: views of the ledger that committees sign. Data, words and templates are kept apart."""
