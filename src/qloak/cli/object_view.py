"""Objects, receipts and registers as text for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

__all__ = ["EMULATED", "clock", "plain", "print_columns", "show_object", "show_readers", "show_receipt"]

EMULATED = "The qubits are emulated: this shows what quantum storage would do, and protects no real secret."

_MEANS = {"authorized": "everything", "partial": "something", "uninformative": "nothing"}


def clock(seconds: float | None) -> str:
    """A moment as a date and time; a dash for never."""
    return "-" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def plain(text: object) -> str:
    """Free text that cannot move the cursor: what is not printable is escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))


def print_columns(headings: Sequence[str], rows: Sequence[Sequence[object]], *, indent: str = "") -> None:
    """A table with left-aligned columns, as wide as they must be."""
    table = [list(headings), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(headings))]
    for row in table:
        print((indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip())


def show_object(document: Mapping[str, Any]) -> None:
    """An object; with its health where the document has it."""
    name = f" ({plain(document['name'])})" if document["name"] else ""
    print(f"{document['id']}{name}: {document['state']}")
    qubits = document["num_qubits"]
    print(
        f"  {qubits} qubit{'' if qubits == 1 else 's'}, {document['clones']} clones, custody {document['custody']}, "
        f"put {clock(document['created'])}, changed {clock(document['updated'])}"
    )
    if document["reason"]:
        print(f"  reason: {plain(document['reason'])}")
    if document["handle"]:
        print(f"  the register is in the workbench: {document['handle']}")
    if (health := document.get("health")) is not None and document["state"] in ("stored", "refreshing", "redeeming"):
        _show_health(health)
    elif health is None:
        providers = [place["provider"] for place in document["placements"] if place["presence"] == "away"]
        print(f"  clones at {', '.join(plain(name) for name in providers) or 'no provider'}")
    print(EMULATED)


def _show_health(health: Mapping[str, Any]) -> None:
    print()
    print_columns(
        ("clone", "provider", "where"),
        [(clone["clone"], clone["provider"], clone["state"]) for clone in health["clones"]],
        indent="  ",
    )
    print()
    print(
        f"  {health['surviving_clones']} of {len(health['clones'])} clones survive, {health['needed_clones']} needed: "
        f"{'it can be redeemed' if health['recoverable'] else 'it cannot be redeemed now'}"
    )
    for when, title in (("now", "now"), ("in_one_hour", "in an hour")):
        if (predicted := health["predicted"][when]) is not None:
            print(
                f"  predicted {title}: entanglement fidelity {predicted['entanglement_fidelity']:.9f}, "
                f"average fidelity {predicted['average_fidelity']:.9f}"
            )
    show_readers(health)


def show_readers(document: Mapping[str, Any]) -> None:
    """Who can read what, and warnings."""
    groups: dict[tuple[str, str], list[str]] = {}
    for reader in document["who_can_read"]:
        leaks = "" if reader["class"] != "partial" else f" ({', '.join(reader['leaks'])})"
        groups.setdefault((reader["class"], leaks), []).append(_coalition(reader["parties"]))
    if groups:
        print("  who can read:")
    for kind in ("authorized", "partial", "uninformative"):
        for (found, leaks), coalitions in groups.items():
            if found == kind:
                rest = f"; … ({len(coalitions)} coalitions)" if len(coalitions) > 12 else ""
                print(f"    {_MEANS[kind]}{leaks}: {'; '.join(coalitions[:12])}{rest}")
    for warning in document["warnings"]:
        print(f"  warning: {plain(warning)}")


def show_receipt(receipt: Mapping[str, Any], fidelity: float | None) -> None:
    """What a redemption gave back.

    Args:
        receipt: "qloak.redeem/1".
        fidelity: with the state that the user expects, if it was compared.
    """
    name = f" ({plain(receipt['name'])})" if receipt.get("name") else ""
    print(f"{receipt['object']}{name}: redeemed, and its key is spent")
    count = receipt["num_qubits"]
    print(f"  register {receipt['handle']}, {count} qubit{'' if count == 1 else 's'}")
    print(f"  from {' and '.join(receipt['clones_used']) or 'clones that an earlier process fetched'}")
    if receipt["verified"] != "no":
        print(f"  clones compared: {receipt['verified']}")
    if receipt["predicted"] is not None:
        print(f"  predicted entanglement fidelity {receipt['predicted']['entanglement_fidelity']:.9f}")
    if fidelity is not None:
        print(f"  state fidelity with what you expect: {fidelity:.12f} (read from the emulator, as no device can)")
    print(EMULATED)


def _coalition(parties: Sequence[str]) -> str:
    if len(parties) > 4:
        return f"all {len(parties)} providers together" if "owner" not in parties else f"{len(parties)} parties"
    return " + ".join(plain(party) for party in parties)
