"""A small department on this machine: real SSH, PostgreSQL, two web applications and a mail server.

``scripts/lab`` is its door for people, ``tests.lab.fixture`` its door for tests.
Everything it writes stands in its own folder and in the inventory folder that it makes.
"""
