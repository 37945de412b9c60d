"""Django's own hashes of passwords with fewer rounds, so that tests spend their time elsewhere."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The hasher that Django takes unless told otherwise, in a thousandth of the time."""

    iterations = 1_000
