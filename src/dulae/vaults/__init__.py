"""Vaults: stores of copies that offer SFTP and nothing else, read as a stream and never written to (procedure 6.3)."""
