"""Password hashes of the lab's applications, as Django writes them: ``pbkdf2_sha256$ITERATIONS$SALT$BASE64``."""

from __future__ import annotations

import base64
import hashlib
import hmac

_SCHEME = "pbkdf2_sha256"
# A real application takes hundreds of thousands; the lab makes 240 hashes at each start.
ITERATIONS = 1000


def encode(password: str, salt: str, iterations: int = ITERATIONS) -> str:
    """Return a password's hash in the form above."""
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations)
    return f"{_SCHEME}${iterations}${salt}${base64.b64encode(digest).decode()}"


def verify(password: str, encoded: str) -> bool:
    """Say whether a password fits a hash; anything that is no such hash fits nothing."""
    scheme, _, rest = encoded.partition("$")
    iterations, _, rest = rest.partition("$")
    salt, _, _ = rest.partition("$")
    if scheme != _SCHEME or not iterations.isdigit() or not salt:
        return False
    return hmac.compare_digest(encode(password, salt, int(iterations)), encoded)
