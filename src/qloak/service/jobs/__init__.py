"""Work that takes longer than a request: done by child processes of lower priority, one at a time.

child       a process that is watched, and that ends with its parent
placing     placements that somebody waits for; `place` is what their child does
request     which experiment is wanted, checked before anything is started
record      a job and its state; `folder` keeps it in files
queue       jobs one after the other, over restarts; `work` is what their child does
"""

__all__: list[str] = []
