"""Seals tokens for the database, so that the file alone is of no use to whoever copies it."""

import hmac
import os
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.database import StorageError

KEY_ID_BYTES = 8
NONCE_BYTES = 12


class VaultError(StorageError):
    """A sealed value cannot be opened: its key is gone, or it is not where it was sealed."""


class Vault:
    """AES-256-GCM under several keys: the first one seals, all of them open.

    A sealed value is the id of its key, a nonce and the ciphertext. It is bound to the member
    and the kind of secret: moved to another row or column it does not open.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self._sealing = _key_id(keys[0])
        self._marking = hmac.digest(keys[0], b"marks", "sha256")

    def seal(self, text: str, *, member_id: int, kind: str) -> bytes:
        """Return the text sealed with the first key."""
        nonce = os.urandom(NONCE_BYTES)
        bound_to = _bound_to(member_id, kind)
        sealed = self._ciphers[self._sealing].encrypt(nonce, text.encode(), bound_to)
        return self._sealing + nonce + sealed

    def open(self, sealed: bytes, *, member_id: int, kind: str) -> str:
        """Return the text, or raise VaultError."""
        key_id, rest = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise VaultError(f"no key in TOKEN_KEYS opens the {kind} of member {member_id}")
        nonce, ciphertext = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, ciphertext, _bound_to(member_id, kind)).decode()
        except (InvalidTag, ValueError):
            raise VaultError(f"the {kind} of member {member_id} was tampered with") from None

    def mark(self, text: str) -> bytes:
        """Return what only has to be recognised, where guessing all there is would be easy.

        After another key has come first the same text has another mark.
        """
        return hmac.digest(self._marking, text.encode(), "sha256")

    @property
    def sealing(self) -> bytes:
        """The id of the key that seals; a value that this one sealed begins with it."""
        return self._sealing


def digest(secret: str) -> bytes:
    """Return what is kept of a secret that only has to be recognised: its SHA-256."""
    return sha256(secret.encode()).digest()


def _key_id(key: bytes) -> bytes:
    return sha256(key).digest()[:KEY_ID_BYTES]


def _bound_to(member_id: int, kind: str) -> bytes:
    return f"{kind}:{member_id}".encode()
