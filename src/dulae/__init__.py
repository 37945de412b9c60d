"""Looks after a department's systems by its procedure, and keeps proof of what was done."""
