"""Sealing: what is bound to what, and which keys open it."""

import pytest

from storage.vault import Vault, VaultError, digest

OLD, NEW = b"o" * 32, b"n" * 32


def test_what_is_sealed_opens_again() -> None:
    vault = Vault([NEW])
    sealed = vault.seal("토큰", member_id=1, kind="access token")
    assert vault.open(sealed, member_id=1, kind="access token") == "토큰"


def test_sealing_twice_gives_two_different_values() -> None:
    vault = Vault([NEW])
    assert vault.seal("t", member_id=1, kind="a") != vault.seal("t", member_id=1, kind="a")


@pytest.mark.parametrize(("member_id", "kind"), [(2, "access token"), (1, "refresh token")])
def test_a_value_moved_to_another_row_or_column_does_not_open(member_id: int, kind: str) -> None:
    vault = Vault([NEW])
    sealed = vault.seal("token", member_id=1, kind="access token")
    with pytest.raises(VaultError, match="tampered"):
        vault.open(sealed, member_id=member_id, kind=kind)


@pytest.mark.parametrize("length", [0, 7, 8, 20, 30])
def test_a_value_cut_short_does_not_open(length: int) -> None:
    vault = Vault([NEW])
    sealed = vault.seal("token", member_id=1, kind="access token")
    with pytest.raises(VaultError):
        vault.open(sealed[:length], member_id=1, kind="access token")


def test_a_changed_byte_is_noticed() -> None:
    vault = Vault([NEW])
    sealed = bytearray(vault.seal("token", member_id=1, kind="a"))
    sealed[-1] ^= 1
    with pytest.raises(VaultError, match="tampered"):
        vault.open(bytes(sealed), member_id=1, kind="a")


def test_a_former_key_still_opens_and_the_first_one_seals() -> None:
    sealed = Vault([OLD]).seal("token", member_id=1, kind="a")
    rotated = Vault([NEW, OLD])
    assert rotated.open(sealed, member_id=1, kind="a") == "token"
    resealed = rotated.seal("token", member_id=1, kind="a")
    assert Vault([NEW]).open(resealed, member_id=1, kind="a") == "token"


def test_without_its_key_the_error_names_the_setting_and_not_the_token() -> None:
    sealed = Vault([OLD]).seal("token-text", member_id=1, kind="refresh token")
    with pytest.raises(VaultError, match="TOKEN_KEYS") as caught:
        Vault([NEW]).open(sealed, member_id=1, kind="refresh token")
    assert "token-text" not in str(caught.value)


def test_a_digest_does_not_show_the_secret() -> None:
    assert b"secret" not in digest("secret")
    assert digest("secret") == digest("secret") != digest("other")
