"""Pages, scripts, styles and texts fit each other: nothing inline, nothing from elsewhere, nothing left over."""

from __future__ import annotations

import ast
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2 import nodes

from tests.contract.checkout import PACKAGE, ROOT

WEB = PACKAGE / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SCRIPTS = sorted((WEB / "static" / "js").glob("*.js"))
STYLES = sorted((WEB / "static" / "css").glob("*.css"))
MODULES = sorted(WEB.rglob("*.py"))
VENDOR = ROOT / "tests" / "vendor"

# Words that would promise what encrypted cloning does not keep.
FORBIDDEN = (
    r"\bsecure\b",
    r"\bsecurely\b",
    r"\bunhackable\b",
    r"\bclones reveal nothing\b",
    r"\bperfectly safe\b",
    r"\bbackup copies\b",
)


def name(path: Path) -> str:
    """Of a file, below the folder of its kind."""
    return path.relative_to(WEB).as_posix()


# --- texts -----------------------------------------------------------------------------------------------------------


@cache
def catalogue() -> Mapping[str, str]:
    """Key -> text; a plural is one key."""
    return dict(_leaves(tomllib.loads((WEB / "texts" / "en.toml").read_text(encoding="utf-8")), ""))


def _leaves(table: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, str):
            yield path + key, value
        elif set(value) == {"one", "other"}:
            yield path + key, f"{value['one']} / {value['other']}"
        else:
            yield from _leaves(value, f"{path}{key}.")


ANY = ".+"


def wanted(node: nodes.Node) -> list[str]:
    """Regular expressions of the keys that an expression of a template may be."""
    if isinstance(node, nodes.Const):
        return [re.escape(str(node.value))]
    if isinstance(node, nodes.Concat):
        return ["".join(parts) for parts in product(*(wanted(part) for part in node.nodes))]
    if isinstance(node, nodes.CondExpr):
        return wanted(node.expr1) + (wanted(node.expr2) if node.expr2 else [])
    return [ANY]


@cache
def uses() -> frozenset[tuple[str, str]]:
    """Place and regular expression of every key that is asked for."""
    found = set()
    environment = jinja2.Environment()
    for path in TEMPLATES:
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                found |= {(name(path), key) for key in wanted(call.args[0])}
    for path in MODULES:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "text":
                found |= {(name(path), key) for key in _of_python(call.args[0])}
            elif isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "go":
                said = [*call.args[1:], *(each.value for each in call.keywords if each.arg == "said")]
                found |= {(name(path), rf"said\.{key}") for each in said for key in _of_python(each)}
    for path in SCRIPTS:
        code = re.sub(r"^\s*(//|/\*\*|\*).*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for _, key in re.findall(r"""\btext\((["`])(.+?)\1""", code):
            found.add((name(path), r"js\." + ANY.join(re.escape(part) for part in re.split(r"\$\{[^}]*\}", key))))
    return frozenset((place, key) for place, key in found if key.replace("said\\.", "") != ANY)


def _of_python(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [re.escape(str(node.value))]
    if isinstance(node, ast.JoinedStr):
        return ["".join(re.escape(p.value) if isinstance(p, ast.Constant) else ANY for p in node.values)]
    if isinstance(node, ast.IfExp):
        return _of_python(node.body) + _of_python(node.orelse)
    if isinstance(node, ast.BinOp):
        return ["".join(parts) for parts in product(_of_python(node.left), _of_python(node.right))]
    return [ANY]


@cache
def mentioned() -> frozenset[str]:
    """Regular expressions of keys that stand in modules by themselves, such as `key = f"problem.help.{code}"`."""
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr | ast.Constant) and not isinstance(getattr(node, "value", ""), bytes):
                found |= {key for key in _of_python(node) if re.match(r"[a-z_]+\\\.", key) and "\\ " not in key}
    for path in SCRIPTS:
        found |= {r"js\." + re.escape(key) for key in re.findall(r'"([a-z_]+\.[a-z_.]+)"', path.read_text("utf-8"))}
    return frozenset(found)


def test_every_text_that_is_asked_for_exists():
    missing = {(place, key) for place, key in uses() if not any(re.fullmatch(key, known) for known in catalogue())}
    assert missing == set()


def test_every_text_is_used():
    known = [re.compile(key) for key in {key for _, key in uses()} | mentioned()]
    # A template may take the name of a section from outside: such a use does not excuse a key at the top.
    left = {key for key in catalogue() if not any(each.fullmatch(key) for each in known)}
    assert left == set()


@pytest.mark.parametrize("words", FORBIDDEN)
def test_no_text_promises_too_much(words):
    texts = {key: text for key, text in catalogue().items() if re.search(words, text, re.IGNORECASE)}
    assert texts == {}


def test_texts_hold_no_markup():
    assert {key for key, text in catalogue().items() if re.search(r"</?[a-z]|&[a-z]+;|https?://", text)} == set()


# --- templates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_nothing_in_templates_is_inline_or_from_elsewhere(path):
    content = path.read_text(encoding="utf-8")
    assert re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", content) == []
    assert re.findall(r"""(?:src|href|action|srcset|poster)\s*=\s*["'](?:[a-z]+:|//)[^"']*""", content) == []
    for tag in re.findall(r"<script\b[^>]*>", content):
        assert "src=" in tag or 'type="application/json"' in tag, tag
    # Markup from outside the templates: drawings, which hold none of what people typed.
    unescaped = re.findall(r"([\w.\[\]]*|\"[^\"]*\")\s*\|\s*safe\b", content)
    assert [each for each in unescaped if not re.search(r'svg$|^job\.chart$|^"', each)] == []


@pytest.mark.parametrize("path", [*SCRIPTS, *STYLES], ids=name)
def test_scripts_and_styles_load_nothing_from_elsewhere(path):
    content = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://[^\s\"'`]+|@import|url\((?!data:|#)[^)]*\)", content) == []
    assert (
        re.findall(r"\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function", content)
        == []
    )


def referenced() -> set[str]:
    """Templates that a module renders, or another template needs."""
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                found |= {key.replace("\\", "") for key in _of_python(node) if key.endswith(r"\.html")}
    for path in TEMPLATES:
        found |= set(re.findall(r'{%-?\s*(?:extends|include|from|import)\s+"([^"]+)"', path.read_text("utf-8")))
    return found


def test_every_template_is_used():
    known = [each.replace(".+", "\0").replace(".", r"\.").replace("\0", ".+") for each in referenced()]
    names = {path.relative_to(WEB / "templates").as_posix() for path in TEMPLATES}
    assert {each for each in names if not any(re.fullmatch(key, each) for key in known)} == set()


def test_every_script_and_style_is_reached_from_a_template():
    reached, todo = set(), set()
    for path in TEMPLATES:
        todo |= set(re.findall(r'asset\("([^"]+)"\)', path.read_text(encoding="utf-8")))
    while todo:
        path = todo.pop()
        reached.add(path)
        assert (WEB / "static" / path).is_file(), path
        if path.endswith(".js"):
            content = (WEB / "static" / path).read_text(encoding="utf-8")
            todo |= {f"js/{each}" for each in re.findall(r'(?:from|import)\s*\(?\s*"\./([^"]+)"', content)} - reached
    present = {p.relative_to(WEB / "static").as_posix() for p in (WEB / "static").rglob("*") if p.is_file()}
    assert present - reached == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_say_what_they_are_for(path):
    content = path.read_text(encoding="utf-8")
    assert content.startswith("// ")
    for before, export in re.findall(r"(.*)\n(export (?:async )?(?:function|class) .*)", content):
        assert before.rstrip().endswith("*/"), f"{export}: without a word on what it does"


# --- other people's files --------------------------------------------------------------------------------------------


def test_vendored_files_are_those_of_their_readme():
    rows = re.findall(
        r"^\| ([\w./-]+) \| .+ \| [\d.]+ \| .+ \| ([0-9a-f]{64}) \|$", (VENDOR / "README.md").read_text(), re.MULTILINE
    )
    assert rows
    for path, digest in rows:
        assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == digest
    scripts = {p.relative_to(VENDOR).as_posix() for p in VENDOR.rglob("*") if p.suffix in (".js", ".css", ".mjs")}
    assert scripts == {path for path, _ in rows}
