"""Files of hashed tokens: made, read, read again when changed."""

from __future__ import annotations

import stat

import pytest
from fastapi import Request

from qloak.errors import IntegrityError, LimitError, UnauthenticatedError, UsageError
from qloak.service.auth import TokenTable, hash_token, new_token
from qloak.service.token_file import TokenFile, add_token, read_tokens


def request(header: str | bytes | None) -> Request:
    raw = header if isinstance(header, bytes) or header is None else header.encode()
    return Request({"type": "http", "headers": [] if raw is None else [(b"authorization", raw)]})


class TestTable:
    # Always the same: it is in the names of the cases, which every worker has to agree on.
    TOKEN = "qlk_" + "t" * 43
    TABLE = TokenTable({hash_token(TOKEN): "vault"})

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_knows_its_own(self, scheme):
        assert self.TABLE.principal(request(f"{scheme} {self.TOKEN}")) == "vault"

    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "Bearer",
            "Bearer ",
            TOKEN,
            f"Basic {TOKEN}",
            f"Bearer {TOKEN}x",
            "Bearer " + "x" * 10**5,
            b"Bearer \xff",
        ],
        ids=repr,
    )
    def test_knows_nobody_else(self, header):
        with pytest.raises(UnauthenticatedError) as caught:
            self.TABLE.principal(request(header))
        assert self.TOKEN not in str(caught.value)

    @pytest.mark.parametrize("token", ["", "x" * 19, "x" * 201])
    def test_takes_no_token_that_is_not_random(self, token):
        with pytest.raises(UsageError) as caught:
            hash_token(token)
        assert not token or token not in str(caught.value)

    def test_tokens_differ_and_are_long(self):
        assert len({new_token() for _ in range(100)}) == 100
        # 32 random bytes in base 64.
        assert len(new_token()) == len("qlk_") + 43


class TestFile:
    def test_tokens_are_added_and_only_their_hashes_kept(self, tmp_path):
        path = tmp_path / "tokens.toml"
        first, second, other = add_token(path, "vault"), add_token(path, "vault"), add_token(path, '*"odd\\name"')
        assert read_tokens(path) == {
            hash_token(first): "vault",
            hash_token(second): "vault",
            hash_token(other): '*"odd\\name"',
        }
        text = path.read_text()
        assert not any(token in text for token in (first, second, other))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [p.name for p in tmp_path.iterdir()] == ["tokens.toml"]

    @pytest.mark.parametrize("principal", ["", "two words", "x" * 65, "tab\t", "é", "a\nb"])
    def test_a_principal_is_a_plain_name(self, tmp_path, principal):
        with pytest.raises(UsageError, match="principal"):
            add_token(tmp_path / "tokens.toml", principal)
        assert not list(tmp_path.iterdir())

    def test_a_changed_file_is_read_again(self, tmp_path):
        path = tmp_path / "tokens.toml"
        old = add_token(path, "vault")
        environment = new_token()
        table = TokenFile(path, {hash_token(environment): "operator"})
        new = add_token(path, "other")
        assert table.principal(request(f"Bearer {new}")) == "other"
        path.write_text(f'other = "{hash_token(new)}"\n')
        with pytest.raises(UnauthenticatedError):
            table.principal(request(f"Bearer {old}"))
        assert table.principal(request(f"Bearer {environment}")) == "operator"

    @pytest.mark.parametrize("damage", ["away", "= nonsense"])
    def test_a_damaged_file_changes_nothing(self, tmp_path, damage):
        path = tmp_path / "tokens.toml"
        token = add_token(path, "vault")
        table = TokenFile(path, {})
        if damage == "away":
            path.unlink()
        else:
            path.write_text(damage)
        assert table.principal(request(f"Bearer {token}")) == "vault"

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (None, UsageError),
            (b"= nonsense", IntegrityError),
            (b"\xff\xfe", IntegrityError),
            (b"vault = 5", IntegrityError),
            (b'vault = ["short"]', IntegrityError),
            (b"[vault]\nx = 1", IntegrityError),
            (b"#" * (2**20 + 1), LimitError),
            (b"", UsageError),
        ],
        ids=repr,
    )
    def test_anything_else_is_refused(self, tmp_path, content, error):
        path = tmp_path / "tokens.toml"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(error):
            TokenFile(path, {})

    def test_a_server_without_any_token_does_not_start(self):
        with pytest.raises(UsageError, match="qloak token new"):
            TokenFile(None, {})

    def test_a_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(UsageError, match="written"):
            add_token(tmp_path / "no" / "tokens.toml", "vault")
