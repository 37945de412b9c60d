"""Restoring a backup for proof (procedure 6.3): into a scratch place, compared, dropped."""
