"""Applications that departments run, as tests meet them: their own programs where they can be had, or their tables.

WordPress comes from Debian's packages and Django from PyPI; both run for real, on real databases, over real HTTP.
Laravel cannot be had here: its tables are written down from its published migrations, and Laravel itself does not run.
"""
