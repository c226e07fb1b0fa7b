"""What the package costs to import."""

from __future__ import annotations

import subprocess
import sys


def test_heavy_parts_wait_until_they_are_needed():
    code = (
        "import sys, qloak.circuits.formats as f; print(sorted({'qiskit', 'openqasm3', 'antlr4'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PATH": ""})
    assert found.stdout == "[]\n"


def test_public_names_exist():
    from qloak.circuits import formats

    assert sorted(formats.__all__) == sorted(set(formats.__all__))
    assert all(hasattr(formats, name) for name in formats.__all__)
