"""The documentation says what the code does; the build itself (`x.py docs`) checks links, citations and cells."""

from __future__ import annotations

import hashlib
import importlib
import re

import pytest

import qloak
from qloak import errors
from tests.contract.checkout import PACKAGE, ROOT, modules

DOCS = ROOT / "docs"
VENDOR = DOCS / "_static" / "vendor"
BIBLIOGRAPHY = set(re.findall(r"^@\w+\{(\w+),", (DOCS / "refs.bib").read_text(), re.MULTILINE))
NOT_FOR_IMPORT = {"qloak", "qloak.cli", "qloak.demo"}
"""The front, and packages whose interface is the command line."""


@pytest.fixture
def extension(monkeypatch):
    """A Sphinx extension of ours, by name."""
    monkeypatch.syspath_prepend(DOCS / "_ext")
    return importlib.import_module


# --- sources -------------------------------------------------------------------------------------------------


def test_every_citation_in_a_docstring_is_in_the_bibliography():
    cited = {
        (key, name)
        for name, path in modules().items()
        for key in re.findall(r"\[([A-Z]\w+(?:19|20)\d\d\w*)\]", path.read_text())
    }
    assert cited
    assert {(key, name) for key, name in cited if key not in BIBLIOGRAPHY} == set()


@pytest.mark.parametrize("readme", sorted(VENDOR.glob("*/README.md")), ids=lambda path: path.parent.name)
def test_vendored_files_are_those_of_their_readme(readme):
    text = readme.read_text()
    listed = dict(re.findall(r"`([0-9a-f]{64})  (\S+)`", text))
    present = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path.name for path in readme.parent.iterdir() if path != readme
    }
    assert listed == present
    assert re.search(r"\| version \| \d+\.\d+\.\d+ \|", text)
    assert "| licence |" in text


def test_mathjax_comes_from_here():
    (path,) = re.findall(r'^mathjax_path = "(.+)"$', (DOCS / "conf.py").read_text(), re.MULTILINE)
    assert (DOCS / "_static" / path).is_file()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "changelog/README.md"])
def test_links_between_files_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / page).read_text())
    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert not missing


def test_readme_example_runs():
    blocks = re.findall(r"```python\n(.+?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})


# --- completeness --------------------------------------------------------------------------------------------


def test_every_package_is_on_the_python_page():
    documented = set(re.findall(r"automodule:: (\S+)", (DOCS / "reference" / "api.md").read_text()))
    packages = {name for name, path in modules().items() if path.name == "__init__.py"} - NOT_FOR_IMPORT
    assert packages | {"qloak", "qloak.errors"} <= documented


def test_every_public_name_is_documented_where_it_comes_from():
    documented = re.findall(r"automodule:: (\S+)", (DOCS / "reference" / "api.md").read_text())
    homes = [importlib.import_module(name) for name in documented if name != "qloak"]
    for name in set(qloak.__all__) - {"__version__"}:
        assert any(name in home.__all__ for home in homes), name
        assert getattr(qloak, name).__doc__, name


def test_every_layer_is_on_the_architecture_page():
    page = (DOCS / "architecture.md").read_text()
    for path in PACKAGE.iterdir():
        if (path / "__init__.py").is_file():
            assert f"| `{path.name}` |" in page


def test_every_exit_code_is_on_the_command_line_page():
    page = (DOCS / "reference" / "cli.md").read_text()
    codes = {getattr(errors, name).exit_code for name in errors.__all__}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} >= codes | {0, 130}


def test_every_command_and_option_explains_itself(extension):
    # The page is made from these texts by a directive, so a command cannot be missing on it.
    from qloak.cli import app

    reference = extension("cli_reference")
    assert "```{cli-reference} qloak.cli:app" in (DOCS / "reference" / "cli.md").read_text()
    names = []
    for name, command in reference.commands(app):
        names.append(name)
        assert command.help, name
        for spelling, text in reference.parameters(name, command):
            assert text.strip(), f"{name} {spelling}"
        assert reference.described(name, command).astext()
    assert {"qloak demo", "qloak version"} <= set(names)


# --- our extensions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plain", "restructured"),
    [
        ("(|00> + |11>)/sqrt 2", r"(\|00> + \|11>)/sqrt 2"),
        ("2*n of `a * b`", r"2\*n of `a * b`"),
        ("X_ S_i __init__", r"X\_ S_i __init_\_"),
        ("see [Gottesman1998] and [[n,k,d]]", "see :cite:`Gottesman1998` and [[n,k,d]]"),
        ("see [Nobody1900]", "see [Nobody1900]"),
    ],
)
def test_docstrings_are_plain_text(extension, plain, restructured):
    assert extension("plain_docstrings").escaped(plain) == restructured


def test_drawings_and_columns_are_kept(extension):
    lines = ["Title.", "", "    A    one", "    └─ B two", "", "gf2     algebra", "paulis  tables", "", "Text.", ""]
    extension("plain_docstrings").rewrite(None, "module", "m", None, None, lines)
    block = ".. code-block:: text"
    verbatim = [
        block,
        "",
        "        A    one",
        "        └─ B two",
        "",
        block,
        "",
        "    gf2     algebra",
        "    paulis  tables",
        "",
    ]
    assert lines == ["Title.", "", *verbatim, "Text.", ""]


@pytest.mark.parametrize(
    ("tag", "foreign"),
    [
        ('<script src="https://cdn.example/x.js">', True),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', True),
        ('<script src="../_static/x.js">', False),
        ('<a href="https://arxiv.example/1">', False),
    ],
)
def test_pages_may_link_elsewhere_but_load_nothing_from_there(extension, tag, foreign):
    assert bool(extension("offline").LOADED.search(tag)) is foreign
