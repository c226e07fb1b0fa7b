"""`qloak version`."""

from __future__ import annotations

from importlib import metadata

import qloak as package
from tests.unit.cli.commands import qloak


def test_json():
    document = qloak("version", "--json").json()
    assert (document["schema"], document["version"]) == ("qloak.version/1", package.__version__)
    assert document["libraries"]["stim"] == metadata.version("stim")
    assert None not in document["libraries"].values()
    assert set(document["extras"]) >= {"qiskit", "aer"}


def test_text():
    ran = qloak("version")
    assert ran.out.startswith(f"qloak {package.__version__} (Python ")
    assert f"  numpy {metadata.version('numpy')}\n" in ran.out


def test_what_is_not_installed_is_said_with_the_way_to_install_it(monkeypatch):
    real = metadata.version

    def version(name: str) -> str:
        if name == "qiskit-aer":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    assert "qiskit-aer not installed: pip install qloak[aer]" in qloak("version").out
    assert qloak("version", "--json").json()["extras"]["aer"] == {"qiskit-aer": None}
