"""The page: what it says, that it needs nothing else, and how it is written to disk."""

from __future__ import annotations

import itertools
import json
import math
import re
import shlex
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import stim

from qloak.circuits import Method
from qloak.demo.report import GENERATOR, render_report, write_report
from qloak.demo.story import StoryOptions, tell
from qloak.errors import UsageError
from qloak.simulators import Register

VOID = {"meta", "link", "br", "img", "hr", "input"}
GHZ = stim.Circuit("H 0\nCX 0 1 0 2")
BELL = stim.Circuit("H 0\nCX 0 1")
THETA, PHI = 1.1, 0.7
R_Y = math.sin(THETA) * math.sin(PHI)
HOSTILE = ("<script>alert(1)</script>", "a&b \"q\" 'p'", "\u202eevil\x00name", "{{ 7 * 7 }}", "x" * 400)


class Page(HTMLParser):
    """Elements with their attributes, and the text of the page without style sheets."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag in ("td", "th", "dt", "dd"):
            self.text += " "

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title", "desc"):
            self.text += data

    @property
    def words(self):
        return re.sub(r"\s+", " ", self.text)

    def having(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def qubit():
    return Register.bloch(THETA, PHI)


@pytest.fixture(scope="module")
def stories():
    hundred = StoryOptions(num_clones=100, survivor="provider-77")
    many = Register.random(10, np.random.default_rng(5))
    return {
        "even": tell(qubit(), StoryOptions(), source="a qubit"),
        "odd": tell(qubit(), StoryOptions(num_clones=3, method=Method.MEASURED), source="a qubit"),
        "ghz": tell(Register.stabilizer(GHZ), StoryOptions(num_clones=3, method=Method.MEASURED), source="GHZ"),
        "bell": tell(Register.stabilizer(BELL), StoryOptions(num_kept=1), source="half a Bell pair"),
        "hundred": tell(qubit(), hundred, source="a qubit"),
        "many": tell(many, StoryOptions(num_clones=2, num_kept=1), source="ten qubits"),
        "hostile": tell(
            qubit(), StoryOptions(num_clones=5, providers=HOSTILE, survivor=HOSTILE[0]), source="<img src=x> \udcff"
        ),
    }


@pytest.fixture(scope="module")
def texts(stories):
    return {name: render_report(story) for name, story in stories.items()}


@pytest.fixture(scope="module")
def pages(texts):
    return {name: Page(text) for name, text in texts.items()}


ALL = ["even", "odd", "ghz", "bell", "hundred", "many", "hostile"]


@pytest.mark.parametrize("name", ALL)
def test_the_page_loads_nothing_and_runs_nothing(name, texts, pages):
    tags = {tag for tag, _ in pages[name].elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "use", "image", "base", "form"}
    assert [link["href"] for link in pages[name].having("link")] == ["data:,"]
    for _, attrs in pages[name].elements:
        assert not [a for a in attrs if a.startswith("on") or a in ("src", "srcset", "xlink:href")]
    assert not re.search(r"url\(|@import", texts[name])
    links = {link["href"] for link in pages[name].having("a")}
    assert links - {"story.json"} == {
        f"https://arxiv.org/abs/{number}" for number in ("2501.02757", "2602.10695", "2604.10155", "2605.27421")
    }
    policy = [m["content"] for m in pages[name].having("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


@pytest.mark.parametrize("name", ALL)
def test_every_drawing_is_well_formed_and_named_or_hidden(name, texts):
    drawings = re.findall(r"<svg.*?</svg>", texts[name], re.DOTALL)
    assert drawings
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)
        assert root.get("aria-hidden") == "true" or (root.get("role") == "img" and root.get("aria-label"))


@pytest.mark.parametrize("name", ALL)
def test_the_structure_can_be_navigated(name, texts, pages):
    levels = [int(tag[1]) for tag, _ in pages[name].elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    ids = [attrs["id"] for _, attrs in pages[name].elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for table in re.findall(r"<table.*?</table>", texts[name], re.DOTALL):
        assert "<caption>" in table
        assert all("scope" in attrs for attrs in Page(table).having("th"))
    assert all(attrs["aria-labelledby"] in ids for _, attrs in pages[name].elements if "aria-labelledby" in attrs)


@pytest.mark.parametrize("name", ALL)
def test_the_page_says_what_is_emulated_and_promised(name, pages):
    words = pages[name].words
    assert "The qubits are emulated exactly; no hardware was used." in words
    for promise in ("Redundancy.", "Not error correction.", "Not access control.", "One key opens once.", "Odd n"):
        assert promise in words
    assert "secure" not in words.lower()
    assert "reveal nothing" not in words.lower()


def test_names_from_users_stay_text(texts, pages):
    words = pages["hostile"].words
    for provider in HOSTILE:
        assert provider.replace("\x00", "\ufffd") in words
    assert "49" not in re.findall(r"<bdi>(.*?)</bdi>", texts["hostile"])
    assert "<img src=x> \ufffd" in words
    texts["hostile"].encode("utf-8")
    assert "\x00" not in texts["hostile"]


def test_an_even_story(pages):
    words = pages["even"].words
    assert "Five of six providers were lost. The one that was left gave the state back,\xa0once." in pages["even"].text
    # 5 n gates for the encryption, 2 n + 1 for the decryption.
    assert "30 = 6 for the Bell pairs + 4 × 6" in words
    assert "13 two-qubit gates; nothing is measured" in words
    assert "State fidelity |⟨in|out⟩|² 1 1 − F = " in words
    assert "key-consumed" in words
    assert "exit code 12" in words
    assert "0.5 = 1/2, as for a maximally mixed state" in words
    assert "All providers together read one component" not in words
    components = [math.sin(THETA) * math.cos(PHI), R_Y, math.cos(THETA)]
    # Before encryption, and before and after redeeming.
    assert words.count(f"({', '.join(f'{c:.3f}' for c in components)})") == 3
    assert "(0, 0, 0)" in words


@pytest.mark.parametrize(("n", "sign"), [(3, -1), (5, 1)])
def test_for_odd_n_the_page_shows_what_all_providers_read(n, sign):
    """<Y ... Y> on all clones is (-1)^((n-1)/2) r_y."""
    words = Page(render_report(tell(qubit(), StoryOptions(num_clones=n), source="a qubit"))).words
    leaked = f"{sign * R_Y:.6f}".rstrip("0").replace("-", "−")
    assert f"The mean of the product is {'' if sign > 0 else 'minus '}the Y component" in words
    assert f"0 {R_Y:.6f} {leaked} " in words
    assert "all providers together a part ⟨Y⟩ of the stored qubit; 1 of 2 bits" in words


def test_a_ghz_register(pages):
    words = pages["ghz"].words
    assert "Three qubits are stored" in words
    assert "Single-qubit vectors then miss most of the state." in words
    assert "45 = 3 for the Bell pairs + 4 × 3 for Uenc, for each of 3 qubits" in words
    # Measured: 3 outcomes and one gate for each of three qubits.
    assert "9 outcomes in all" in words
    assert "This takes 3 two-qubit gates." in words
    assert "0.125 = 1/23, as for a maximally mixed state" in words
    # Its single Y components vanish, so the sign cannot be read off the values.
    assert "The mean of the product is plus or minus the Y component" in words


def test_half_a_bell_pair(pages):
    words = pages["bell"].words
    assert "one qubit of the same register stays with the user" in words
    assert f"S = {2 * math.sqrt(2):.9f}" in words
    assert "The bound is exceeded" in words
    assert "of the whole register, kept qubit included 1" in words
    # <phi| (I/2 x I/2) |phi> for the Bell state.
    assert "State fidelity ⟨in|ρout|in⟩ 0.25" in words


def test_without_violation_no_violation_is_claimed(stories):
    story = replace(stories["bell"], redeem=replace(stories["bell"].redeem, chsh=1.5))
    words = Page(render_report(story)).words
    assert "S = 1.5" in words
    assert "The bound is exceeded" not in words


def test_many_providers_are_summarised(texts, pages):
    words = pages["hundred"].words
    assert "99 of 100 providers were lost" in words
    assert "and 88 more. All 100 providers were checked: each alone learns nothing" in words
    assert "12 of 100 providers are drawn; the other 88 are lost too." in words
    assert "provider-77 left" in words
    assert "qloak circuit --clones 100 --stage encrypt --format stim" in words
    assert 'class="qk"' not in texts["hundred"]


def test_many_qubits_are_summarised(texts, pages):
    assert pages["many"].words.count("The first 8 of 9 stored qubits are drawn") == 3
    # Three rows of eight, and one for the providers.
    assert texts["many"].count('class="qloak-bloch"') == 25
    assert "not computed: the register has 10 qubits" in pages["many"].words


def test_circuits_are_drawn_on_the_wires_they_use(texts):
    encryption, decryption = (
        ElementTree.fromstring(d) for d in re.findall(r'<svg[^>]*"qk".*?</svg>', texts["even"], re.DOTALL)
    )
    names = [[e.text for e in root.iter() if e.get("class") == "name"] for root in (encryption, decryption)]
    assert names[0] == ["A", *(f"S{i}" for i in range(1, 7)), *(f"N{i}" for i in range(1, 7))]
    assert names[1] == ["S2", *(f"N{i}" for i in range(1, 7))]


def test_the_page_claims_only_what_the_story_shows(stories):
    """A sighted provider beyond the rows shown, a bad fidelity: every sentence follows."""
    story = stories["hundred"]
    seeing = replace(story.views[50], bloch=((0.0, 0.25, 0.0),), access="partial")
    story = replace(
        story,
        views=(*story.views[:50], seeing, *story.views[51:]),
        redeem=replace(story.redeem, fidelity=0.9),
        missing_key=replace(story.missing_key, fidelity=0.75, depends_on_input=True, access="partial"),
    )
    words = Page(render_report(story)).words
    for claim in (
        "is exactly zero, whatever",
        "No provider alone",
        "each alone learns nothing",
        "state back, once",
        "Nothing is left",
    ):
        assert claim not in words
    assert "gave the state back with state fidelity 0.9." in words
    assert "1 − F = 1.0 × 10−1" in words
    assert "the largest component any of them sees is 0.250" in words
    assert "tells a part of the state" in words
    assert "maximally mixed state" not in words


def test_means_that_contradict_the_input_are_not_explained_away(stories):
    story = stories["odd"]
    words = Page(render_report(replace(story, collusion=replace(story.collusion, means=(0.123,))))).words
    assert "The mean of the product is set by the Y component" in words


def test_the_command_is_printed_as_text(stories):
    page = Page(render_report(stories["even"], command="qloak demo --providers '<b>,x'"))
    assert "qloak demo --providers '<b>,x'" in page.words
    assert not page.having("b")


def test_without_a_command_the_page_rebuilds_it(pages):
    assert "qloak demo --clones 6 --seed 0 --method unitary with the same input (a qubit)." in pages["even"].words
    assert "qloak demo --clones 100 --seed 0 --method unitary --survivor provider-77 with" in pages["hundred"].words
    options = shlex.split(re.search(r"qloak demo (.*?) with the same input", pages["hostile"].words).group(1))
    named = dict(zip(options[::2], options[1::2], strict=True))
    assert named["--providers"] == ",".join(HOSTILE).replace("\x00", "\ufffd")
    assert named["--survivor"] == HOSTILE[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(scheme, texts):
    """WCAG 2.1, AA: 4.5 to 1 for text."""
    sheet = texts["even"]
    light, dark = (
        dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)
    )
    colours = light if scheme == "light" else dark
    assert set(light) == set(dark)

    def luminance(colour):
        channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    for background in ("paper", "panel"):
        for text in ("ink", "soft", "accent", "warn", "good", "link"):
            pair = sorted((luminance(colours[text]), luminance(colours[background])))
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (text, background)


def test_page_and_data_are_written(stories, tmp_path):
    directory = tmp_path / "a" / "b"
    page = write_report(stories["even"], directory, command="qloak demo")
    assert page == directory / "index.html"
    assert page.read_text("utf-8") == render_report(stories["even"], command="qloak demo")
    data = json.loads((directory / "story.json").read_text("ascii"))
    assert data == json.loads(json.dumps(stories["even"].to_json()))
    assert data["schema"] == "qloak.demo/1"
    assert sorted(p.name for p in directory.iterdir()) == ["index.html", "story.json"]


def test_hostile_names_can_be_written(stories, tmp_path):
    write_report(stories["hostile"], tmp_path)
    assert json.loads((tmp_path / "story.json").read_text("ascii"))["steps"][0]["source"] == "<img src=x> \udcff"


def test_an_earlier_report_is_replaced(stories, tmp_path):
    write_report(stories["even"], tmp_path)
    page = write_report(stories["odd"], tmp_path)
    assert page.read_text("utf-8") == render_report(stories["odd"])
    assert f'<meta name="generator" content="{GENERATOR}' in page.read_text("utf-8")


@pytest.mark.parametrize("name", ["index.html", "story.json"])
def test_files_of_others_are_left_alone(name, stories, tmp_path):
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match=rf"^--out: got .*expected no {re.escape(name)} that Qloak did not write"):
        write_report(stories["even"], tmp_path)
    assert (tmp_path / name).read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == [name]


def _file(path):
    path.write_text("x")


def _directory(path):
    path.mkdir()


def _nowhere(path):
    path.symlink_to(path.parent / "missing")


@pytest.mark.parametrize("block", [_directory, _nowhere])
def test_what_is_in_the_way_of_the_page_is_left_alone(block, stories, tmp_path):
    block(tmp_path / "index.html")
    with pytest.raises(UsageError, match=r"^--out: got "):
        write_report(stories["even"], tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["index.html"]


@pytest.mark.parametrize("block", [_file, _nowhere])
@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_path_that_is_no_directory_is_refused(block, below, stories, tmp_path):
    block(tmp_path / "out")
    with pytest.raises(UsageError, match=r"^--out: got .*expected a directory"):
        write_report(stories["even"], tmp_path / "out" / below)


@pytest.mark.parametrize("name", ["x" * 300, "nul\0"])
def test_a_path_that_cannot_exist_is_refused(name, stories, tmp_path):
    with pytest.raises(UsageError, match=r"^--out: got .*expected a directory that can be written"):
        write_report(stories["even"], tmp_path / name)


def test_a_directory_that_cannot_be_written_is_refused_and_left_clean(stories, tmp_path, monkeypatch):
    def refuse(self, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UsageError, match=r"can be written. Permission denied.$"):
        write_report(stories["even"], tmp_path)
    assert list(tmp_path.iterdir()) == []
