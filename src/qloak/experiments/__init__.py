"""Experiments on encrypted cloning: tasks with an id, a runner that resumes, tables beside the published ones.

    task, evaluate          what is computed and what came out; the one function that computes it
    engines                 ways to compute it, one module each
    results, runner         files of outcomes, never overwritten; does what is missing
    executors               here, in several processes, on a Dask cluster
    hardware, job_file      on real processors, which cost money and take days
    physical, noisy, settings, case
                            a circuit on a device: its noise, its readings, its tasks
    estimators, intervals, mitigation
                            from counts to figures of merit with error bars
    bench, experiment, arms, catalogue
                            experiments: the published circuits and ours under the same noise
    grid, channel_sweep, sweep
                            the channel or an experiment over many settings

Tasks give raw data; estimators turn them into figures afterwards, so that raw data are kept.
"""

from .executors import Dask, Processes, Serial
from .runner import Runner
from .task import Outcome, Task

__all__ = ["Dask", "Outcome", "Processes", "Runner", "Serial", "Task"]
