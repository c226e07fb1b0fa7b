"""Sphinx configuration: builds without a network, and every warning is an error (`python3 x.py docs`)."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))

from qloak._version import __version__  # noqa: E402 - the lines above must come first, for the extensions

project = "Qloak"
author = "The Qloak developers"
project_copyright = "2026, The Qloak developers"
release = version = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinxcontrib.bibtex",
    "cli_reference",
    "offline",
    "plain_docstrings",
]
exclude_patterns = ["_build", "_static", "jupyter_execute"]
default_role = "code"  # docstrings write `code` as Markdown does
nitpick_ignore_regex = [("py:.*", ".*")]

# Pages are MyST Markdown; those with a jupytext header run, freshly at every build, and must not fail.
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True

bibtex_bibfiles = ["refs.bib"]
bibtex_default_style = "unsrt"
bibtex_reference_style = "author_year"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"Qloak {release}"
html_static_path = ["_static"]
html_copy_source = False
html_show_sphinx = False
mathjax_path = "vendor/mathjax/tex-svg-full.js"
# The menu would fetch speech rules from elsewhere.
mathjax3_config = {
    "options": {"enableMenu": False},
    "tex": {"macros": {"ket": [r"|#1\rangle", 1], "bra": [r"\langle#1|", 1], "ketbra": [r"|#1\rangle\langle#2|", 2]}},
}
