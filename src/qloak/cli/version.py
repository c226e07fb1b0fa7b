"""`qloak version`."""

from __future__ import annotations

from .options import JsonOption
from .output import print_json

__all__ = ["version"]

_REQUIRED = ("numpy", "stim", "typer", "rich", "jinja2", "openqasm3")
_EXTRAS = {
    "qiskit": ("qiskit", "qiskit-qasm3-import"),
    "aer": ("qiskit-aer",),
    "ibm": ("qiskit-ibm-runtime",),
    "plot": ("matplotlib",),
}


def version(*, json: JsonOption = False) -> None:
    """Print the version of Qloak, of Python and of the libraries it stands on."""
    import platform
    from importlib import metadata

    from .._version import __version__

    def found(name: str) -> str | None:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            return None

    libraries = {name: found(name) for name in _REQUIRED}
    extras = {extra: {name: found(name) for name in names} for extra, names in _EXTRAS.items()}
    if json:
        print_json(
            {
                "schema": "qloak.version/1",
                "version": __version__,
                "python": platform.python_version(),
                "libraries": libraries,
                "extras": extras,
            }
        )
        return
    print(f"qloak {__version__} (Python {platform.python_version()})")
    for name, number in libraries.items():
        print(f"  {name} {number}")
    for extra, names in extras.items():
        for name, number in names.items():
            print(f"  {name} {number or 'not installed: pip install qloak[' + extra + ']'}")
