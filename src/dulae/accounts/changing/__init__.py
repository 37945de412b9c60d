"""Changing accounts: an approved plan carried out or taken back, wholly or not at all, proven, and recovered."""
