"""A child that never answers: python -m tests.unit.service.jobs.stuck ANYTHING."""

from __future__ import annotations

import time

from qloak.service.jobs.child import enter_child

if __name__ == "__main__":
    enter_child()
    time.sleep(100)
