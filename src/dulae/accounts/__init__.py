"""Users of the application databases: plan, approve, apply, verify, undo (procedure step 4, 6.4)."""
