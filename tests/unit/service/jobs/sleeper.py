"""A child that shows one part and then sleeps: python -m tests.unit.service.jobs.sleeper FOLDER."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from qloak.service.jobs.child import enter_child
from qloak.service.jobs.folder import JobFolder
from qloak.service.jobs.record import Progress

if __name__ == "__main__":
    enter_child()
    folder = JobFolder(Path(sys.argv[1]))
    folder.add_part(len(folder.parts()), [{"clones": 2}])
    folder.save_progress(Progress(1, 3, "sleeping"))
    time.sleep(100)
