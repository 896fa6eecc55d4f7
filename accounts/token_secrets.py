"""Secrets that are handed out once and kept as hashes."""

import hashlib
import secrets

SECRET_BYTES = 32


def new_token_secret() -> str:
    """Return 256 random bits, safe in URLs."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> str:
    """Return what is stored of a secret. Unsalted SHA-256: 256 random bits cannot be guessed from it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
