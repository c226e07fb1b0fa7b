"""Figures of the experiments, drawn by matplotlib (extra `plot`).

style     colours, marks, files
series    what was measured, what is predicted
curves    figures of merit against size
maps      correlators
costs     layers and gates, seeds, other noise
checks    the model, and public jobs
gallery   all of them
"""

from .gallery import Drawing, draw_all, origin
from .style import require_matplotlib

__all__ = ["Drawing", "draw_all", "origin", "require_matplotlib"]
