"""The demo: the main job told step by step.

    steps      what each step showed
    script     how the story goes: its options, and where it is played
    story      plays the story
    acts       what of it is done on a vault
    report     the story as a self-contained HTML page
    bloch_svg  Bloch spheres as drawings

Terminal, report and JSON show the same values.
"""

from .report import write_report
from .steps import Story
from .story import StoryOptions, tell

__all__ = ["Story", "StoryOptions", "tell", "write_report"]
