"""How much a gateway does over HTTP: parts of `storage.py`, and how its figures are printed."""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from pathlib import Path

from _load import Connection, Figures, closed_loop, open_loop, pair_of, some_of
from _servers import Process, Servers, make_token

SOURCE = {"bloch": [1.0, 0.5]}


def line(what: str, measured: str, target: str = "") -> None:
    print(f"  {what:<44} {measured:>24}   {target}", flush=True)


def memory(process: Process) -> float:
    """Resident memory of a process, MB."""
    text = Path(f"/proc/{process.child.pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def cpu(process: Process) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process.child.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def http(arguments: argparse.Namespace, folder: Path) -> None:
    with Servers(folder) as servers:
        vault = servers.found("vault")
        token = make_token(vault)
        gateway = servers.gateway(vault, requests_per_second=1e6, burst=1e6)
        asyncio.run(_http(arguments, gateway, token))


async def _http(arguments: argparse.Namespace, gateway: Process, token: str) -> None:
    connections = [Connection(gateway.url, token) for _ in range(128)]
    task = pair_of(SOURCE)
    await closed_loop(connections[:8], task, seconds=1.0)
    spent = Spent({"gateway": [gateway]})
    figures = await open_loop(connections, task, rate=arguments.rate, seconds=arguments.seconds)
    _latencies(f"at {arguments.rate:g} pairs a second offered", figures, "target p99 < 100 ms")
    spent.show(figures)
    for count in (16, 64):
        spent = Spent({"gateway": [gateway]})
        figures = await closed_loop(connections[:count], task, seconds=arguments.seconds)
        _maximum(f"{count} connections", figures)
        spent.show(figures)
    for connection in connections:
        connection.close()


class Spent:
    """CPU that servers and this client use from now on.

    Args:
        servers: name -> processes.
    """

    def __init__(self, servers: dict[str, list[Process]]) -> None:
        self._servers = servers
        self._before = self._now()

    def show(self, figures: Figures) -> None:
        """Print what each pair has taken."""
        pairs = max(1, figures.statuses[200])
        each = {name: (now - self._before[name]) / pairs * 1e3 for name, now in self._now().items()}
        text = ", ".join(f"{name} {spent:.2f}" for name, spent in each.items())
        line("  CPU of a pair, ms", text, f"load {os.getloadavg()[0]:.1f}")

    def _now(self) -> dict[str, float]:
        used = {name: sum(map(cpu, processes)) for name, processes in self._servers.items()}
        return used | {"client": time.process_time()}


def memory_flat(arguments: argparse.Namespace, folder: Path) -> None:
    with Servers(folder) as servers:
        vault = servers.found("vault")
        token = make_token(vault)
        gateway = servers.gateway(vault, requests_per_second=1e6, burst=1e6)
        asyncio.run(_memory(arguments.pairs, gateway, token))


async def _memory(pairs: int, gateway: Process, token: str) -> None:
    connections = [Connection(gateway.url, token) for _ in range(32)]
    sizes = [memory(gateway)]
    for _ in range(-(-pairs // 1000)):
        await some_of(connections, pair_of(SOURCE), number=1000)
        sizes.append(memory(gateway))
    line("memory of the gateway, every 1,000 pairs", ", ".join(f"{size:.0f}" for size in sizes) + " MB", "target flat")
    half = len(sizes) // 2
    line("  growth in the second half", f"{sizes[-1] - sizes[half]:+.1f} MB")
    for connection in connections:
        connection.close()


def _latencies(what: str, figures: Figures, target: str) -> None:
    done = figures.statuses[200] / figures.elapsed
    line(what, f"{done:,.0f} pairs a second done", f"statuses {dict(figures.statuses)}")
    for step in figures.seconds:
        text = ", ".join(f"{figures.percentile(step, percent):.0f}" for percent in (50, 90, 99))
        line(f"  {step}: p50, p90, p99", f"{text} ms", target)


def _maximum(what: str, figures: Figures) -> None:
    text = ", ".join(f"{step} {figures.percentile(step, 99):.0f}" for step in figures.seconds)
    pairs = figures.statuses[200] / figures.elapsed
    line(f"as fast as can be, {what}", f"{pairs:,.0f} pairs a second", f"p99 ms: {text}")


def providers(arguments: argparse.Namespace, folder: Path) -> None:
    with Servers(folder) as servers:
        clouds = servers.clouds(6)
        vault = servers.found("vault", clouds)
        token = make_token(vault)
        gateway = servers.gateway(vault, requests_per_second=1e6, burst=1e6)
        world, *sites = clouds.processes

        async def run() -> None:
            connections = [Connection(gateway.url, token) for _ in range(64)]
            await closed_loop(connections[:4], pair_of(SOURCE), seconds=1.0)
            for count in (16, 64):
                spent = Spent({"gateway": [gateway], "world": [world], "six providers": list(sites)})
                figures = await closed_loop(connections[:count], pair_of(SOURCE), seconds=arguments.seconds)
                _maximum(f"six providers, {count} connections", figures)
                spent.show(figures)
            for connection in connections:
                connection.close()

        asyncio.run(run())
