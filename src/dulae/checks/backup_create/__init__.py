"""Making backups that can be proven (procedure 6.3): a dump or archive with counts and digests of one snapshot."""
