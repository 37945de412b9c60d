"""Checks that run on the machine they look at: standard library only, Python 3.8 syntax."""
