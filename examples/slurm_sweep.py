"""A sweep on a Slurm cluster, by Dask workers that run as jobs.

    pip install 'qloak[dask]' dask-jobqueue
    python examples/slurm_sweep.py examples/storage_times.toml results

Run it where jobs may be submitted. It can be stopped at any time; the same command goes on where it was, with as many
jobs as there are then. Every node needs the same Qloak; a worker with another version is refused.
"""

from __future__ import annotations

import sys

from dask_jobqueue import SLURMCluster

from qloak.cli import main

JOBS = 20


def sweep(file: str, folder: str) -> None:
    """Run the sweep of a file, and keep its results in a folder.

    Args:
        file: what to vary, in TOML.
        folder: for the results, on a disk that this machine sees; the nodes need not.
    """
    # One task has one thread: a job for each core, or `cores` and `processes` alike for whole nodes.
    with SLURMCluster(queue="normal", cores=1, processes=1, memory="2GB", walltime="01:00:00") as cluster:
        cluster.scale(jobs=JOBS)
        main(["sweep", file, "--scheduler", cluster.scheduler_address, "--out", folder, "--csv", f"{folder}.csv"])


if __name__ == "__main__":
    sweep(*sys.argv[1:])
