"""Figures inside a page: names of their own, the page's colour of text, nothing but drawing."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

from ..figures.style import GREY

__all__ = ["inline_svg"]

_SVG: Final = "{http://www.w3.org/2000/svg}"
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_UNWANTED: Final = {f"{_SVG}metadata", f"{_SVG}style"}
_REFERENCE: Final = re.compile(r"url\(#([^)]+)\)")


def inline_svg(svg: bytes, *, name: str, title: str) -> str:
    """A figure as an element of a page.

    Ids become unique within the page; the grey of text and axes becomes the page's own colour, so that it suits light
    and dark; style sheets, which would reach beyond the figure, and metadata are left out.

    Args:
        svg: a file of ours.
        name: of the figure, unique in the page.
        title: what it shows, for those who do not see it.
    """
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in _UNWANTED:
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        _localise(element, name)
    root.attrib |= {"role": "img", "aria-label": title, "class": "plot", "xmlns": _SVG.strip("{}")}
    return ElementTree.tostring(root, encoding="unicode")


def _localise(element: ElementTree.Element, name: str) -> None:
    for key, value in list(element.attrib.items()):
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key == _HREF:
            del element.attrib[key]
            element.set("href", f"#{name}-{value.removeprefix('#')}")
        else:
            changed = _REFERENCE.sub(rf"url(#{name}-\1)", value)
            element.set(key, re.sub(re.escape(GREY), "currentColor", changed, flags=re.IGNORECASE))
