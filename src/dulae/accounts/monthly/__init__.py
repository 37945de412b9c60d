"""The monthly part: accounts by kind, those of nobody and of several, compared with the full staff list."""
