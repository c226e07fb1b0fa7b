"""The report of `qloak experiment all`: one page with figures, tables, deviations and limits."""

from .page import Setting, render_report

__all__ = ["Setting", "render_report"]
