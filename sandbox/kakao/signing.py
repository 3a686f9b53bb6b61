"""Account status events as Kakao signs them: RS256 security event tokens and their keys.

`GET /.well-known/jwks.json` gives the public keys, `GET /.well-known/sse-configuration` says where
they are. The issuer is the origin of the local Kakao, as that of the real one is
`https://kauth.kakao.com`.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from sandbox.kakao.errors import dump, json_response
from sandbox.kakao.world import World

OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
PUSH = "https://schemas.openid.net/secevent/risc/delivery-method/push"
BITS = 2048


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key and the id it is published under."""

    kid: str
    private: RSAPrivateKey

    def public(self) -> dict[str, str]:
        """Give the key as it stands in the key set."""
        numbers = self.private.public_key().public_numbers()
        parts = {"n": _number(numbers.n), "e": _number(numbers.e)}
        return {"kid": self.kid, "kty": "RSA", "alg": "RS256", "use": "sig", **parts}


class Keys:
    """The keys of Kakao: the newest signs, the ones before it stay published."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._published: list[Key] = []
        self._strange: Key | None = None

    def newest(self) -> Key:
        """Give the key that signs now; the first one is made when it is needed."""
        return self._published[-1] if self._published else self.rotate()

    def rotate(self, *, keep_old: bool = True) -> Key:
        """Sign with a new key from now on."""
        if not keep_old:
            self._published.clear()
        self._published.append(self._make())
        return self._published[-1]

    def strange(self) -> Key:
        """Give a key of somebody else, never published."""
        self._strange = self._strange or self._make()
        return self._strange

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/.well-known/jwks.json", self.show),
            web.get("/.well-known/sse-configuration", self.describe),
        ]

    async def show(self, request: web.Request) -> web.Response:  # noqa: ARG002 - a handler
        self.newest()
        return json_response(dump({"keys": [key.public() for key in self._published]}))

    async def describe(self, request: web.Request) -> web.Response:  # noqa: ARG002 - a handler
        url = self._world.url
        facts = {"issuer": url, "jwks_uri": f"{url}/.well-known/jwks.json"}
        return json_response(dump(facts | {"delivery_methods_supported": [PUSH]}))

    def _make(self) -> Key:
        kid = self._world.random.randbytes(16).hex()
        return Key(kid, generate_private_key(public_exponent=65537, key_size=BITS))


def event_uri(kind: str) -> str:
    """Give the address of an event: a whole one as it is, a short one of the OAuth group."""
    return kind if "://" in kind else OAUTH + kind


def sign(claims: Mapping[str, Any], key: Key, *, kid: str | None, typ: str) -> str:
    """Make the compact token; `kid` replaces the key's own id in the header."""
    headers = {"kid": kid or key.kid, "typ": typ}
    return jwt.encode(dict(claims), key.private, algorithm="RS256", headers=headers)


def unsigned(claims: Mapping[str, Any], *, kid: str, typ: str) -> str:
    """Make a token that claims to need no signature."""
    headers = {"kid": kid, "typ": typ}
    return jwt.encode(dict(claims), "", algorithm="none", headers=headers)


def event(uri: str, issuer: str, subject: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """Give the `events` claim."""
    who = {"subject_type": "iss-sub", "iss": issuer, "sub": subject}
    return {uri: {"subject": who, **more}}


def _number(value: int) -> str:
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return urlsafe_b64encode(data).rstrip(b"=").decode()
