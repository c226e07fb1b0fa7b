"""`qloak device`: calibrations of quantum processors."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .files import read_bytes, write_bytes
from .options import JsonOption
from .output import print_json

if TYPE_CHECKING:
    from ..noise import Device

__all__ = ["device", "resolve_device"]

device = typer.Typer(no_args_is_help=True, help="Calibrations of quantum processors: list, show, extract.")

DeviceArgument = Annotated[
    str, typer.Argument(metavar="DEVICE", help="A name from `qloak device list`, or a calibration file (.json).")
]


def resolve_device(argument: str, text: str) -> Device:
    """The device that a user named, or whose calibration file the user gave.

    Args:
        argument: the option or argument, for the message.
        text: a name, or a path that ends in .json.
    """
    from ..noise import Device, load_device
    from ..noise.device_file import MAX_FILE_BYTES

    if not text.lower().endswith(".json"):
        return load_device(text)
    return Device.from_json(read_bytes(argument, Path(text), max_bytes=MAX_FILE_BYTES))


@device.command("list")
def list_devices(*, json: JsonOption = False) -> None:
    """List the devices whose calibration comes with Qloak, with their medians.

    Errors as the operator publishes them: average infidelities of gates, and the mean of both directions of
    a wrong readout. Times in microseconds.
    """
    from ..lab.devices import devices_document
    from ..noise import available_devices, load_device

    if json:
        print_json(devices_document())
        return
    devices = [load_device(name) for name in available_devices()]
    print(f"{'name':<12}{'qubits':>7}{'T1/us':>7}{'T2/us':>7}{'2q error':>10}{'1q error':>10}{'readout':>9}  snapshot")
    for each in devices:
        medians = each.medians()
        print(
            f"{each.name:<12}{each.num_qubits:>7}{1e6 * medians.t1_seconds:>7.0f}{1e6 * medians.t2_seconds:>7.0f}"
            f"{medians.two_qubit_error:>10.2e}{medians.one_qubit_error:>10.2e}{medians.readout_error:>9.2e}"
            f"  {each.snapshot[:10]}"
        )


@device.command()
def show(name: DeviceArgument, *, json: JsonOption = False) -> None:
    """Show one device: where its calibration is from, its medians, and what of it does not work."""
    from ..lab.devices import device_summary

    found = resolve_device("DEVICE", name)
    summary = device_summary(found)
    if json:
        print_json({"schema": "qloak.device/1", **summary, "notes": list(found.notes)})
        return
    print(f"{found.name}: {found.num_qubits} qubits, {len(found.couplers)} couplers ({found.two_qubit_gate})")
    print(f"  {found.source}, {found.snapshot}")
    for key, value in asdict(found.medians()).items():
        print(f"  median {key.replace('_', ' ')}: {value:.4g}")
    print(f"  dead couplers: {', '.join(f'{a}-{b}' for a, b in found.couplers[found.dead_couplers]) or 'none'}")
    print(f"  dead qubits: {', '.join(map(str, found.dead_qubits.nonzero()[0])) or 'none'}")
    for note in found.notes:
        print(f"  note: {note}")


@device.command()
def extract(
    backend: Annotated[
        str,
        typer.Argument(metavar="BACKEND", help="A fake backend such as FakeKingston, or a real one such as ibm_fez."),
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The calibration file to write.")],
    json: JsonOption = False,
) -> None:
    """Write a calibration file from a backend of qiskit-ibm-runtime, for use wherever a device is asked for.

    Needs the extra `ibm`. A real backend needs an account that qiskit-ibm-runtime has saved, and the network.
    """
    from ..lab.devices import device_summary
    from ..noise.extract import backend_by_name, device_from_backend

    found = device_from_backend(backend_by_name(backend))
    write_bytes("--output", output, found.to_json().encode())
    if json:
        summary = device_summary(found) | {"notes": list(found.notes), "output": str(output)}
        print_json({"schema": "qloak.device/1", **summary})
        return
    print(f"{found.name}: {found.num_qubits} qubits, snapshot {found.snapshot}, written to {output}")
