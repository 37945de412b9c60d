"""The applications' databases: the way there, their tables, what belongs to accounts, values as JSON and back."""
