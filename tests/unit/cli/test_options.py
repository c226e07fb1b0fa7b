"""How options are read, and files with them."""

from __future__ import annotations

import pytest

from qloak.cli.files import about, read_bytes, write_bytes
from qloak.cli.options import build_scheme, whole_number
from qloak.core import EncryptedCloning, IteratedCloning
from qloak.errors import LimitError, ProgramError, UsageError


class TestWholeNumber:
    @pytest.mark.parametrize(
        ("text", "value"), [("7", 7), (" 7\n", 7), ("+7", 7), ("-7", -7), ("007", 7), ("9" * 18, 10**18 - 1)]
    )
    def test_read(self, text, value):
        assert whole_number("--n", text) == value

    @pytest.mark.parametrize("text", ["", " ", "7.0", "1e3", "seven", "0x7", "7_0", "٧", "--7", "7 7", "None"])
    def test_refused(self, text):
        with pytest.raises(UsageError, match=r"^--n: got .*, expected a whole number\.$"):
            whole_number("--n", text)


class TestScheme:
    def test_canonical_or_tree(self):
        assert build_scheme("3") == build_scheme("3", "0") == EncryptedCloning(3)
        assert build_scheme("2", "1") == IteratedCloning(2, 1)

    @pytest.mark.parametrize(("clones", "levels"), [("1", "0"), ("2", "-1"), ("2", "x"), ("x", "0")])
    def test_refused(self, clones, levels):
        with pytest.raises(UsageError):
            build_scheme(clones, levels)


class TestRead:
    def test_contents(self, tmp_path):
        path = tmp_path / "f"
        path.write_bytes(b"abc")
        assert read_bytes("--f", path, max_bytes=3) == b"abc"
        with pytest.raises(LimitError, match=r"--f: got .* at most 2 bytes; it has 3"):
            read_bytes("--f", path, max_bytes=2)

    def test_what_is_no_file(self, tmp_path):
        with pytest.raises(UsageError, match="a file that exists"):
            read_bytes("--f", tmp_path / "none", max_bytes=3)
        with pytest.raises(UsageError, match="this is a directory"):
            read_bytes("--f", tmp_path, max_bytes=3)

    def test_what_cannot_be_read(self, tmp_path, monkeypatch):
        path = tmp_path / "f"
        path.touch()

        def read(self):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(type(path), "read_bytes", read)
        with pytest.raises(UsageError, match=r"a file that can be read \(permission denied\)"):
            read_bytes("--f", path, max_bytes=3)


class TestWrite:
    def test_a_failure_leaves_the_old_file_and_nothing_else(self, tmp_path, monkeypatch):
        path = tmp_path / "f"
        path.write_bytes(b"old")

        def replace(self, target):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(type(path), "replace", replace)
        with pytest.raises(UsageError, match="no space left on device"):
            write_bytes("--f", path, b"new")
        assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("f", b"old")]


def test_about_keeps_the_kind_of_the_error():
    with pytest.raises(ProgramError, match=r"^--qasm 'f': line 1$"), about("--qasm 'f'"):
        raise ProgramError("line 1")
