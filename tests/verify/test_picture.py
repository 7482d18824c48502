"""The picture of a derivation's graph: every step in a box of its own, below all that it uses."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sympy import Symbol

from proofs.engine.derivation import Step
from verify.reading.book import graph_of
from verify.reading.picture import picture

BOOK = Path(__file__).resolve().parents[2] / "docs" / "formulas.json"
CLAIMS = json.loads(BOOK.read_text(encoding="utf-8"))["claims"]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["id"])
def test_boxes_stand_apart_below_what_they_use_and_within_the_picture(claim: dict) -> None:
    nodes = claim["graph"]
    drawn = ElementTree.fromstring(picture(nodes, "it", claim["grade"], lambda claim_id: f"#{claim_id}"))
    boxes = {}
    for node, box in zip(nodes, drawn.iter("rect"), strict=True):
        x, y, width, height = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
        boxes[node["name"]] = x, y, x + width, y + height
        assert min(x, y) >= 0
        assert x + width <= float(drawn.attrib["width"])
        assert y + height <= float(drawn.attrib["height"])
    placed = sorted(boxes.values())
    for k, (_, top, right, bottom) in enumerate(placed):
        assert not any(x < right and y < bottom and top < low for x, y, _, low in placed[k + 1 :])
    assert all(boxes[use][3] < boxes[node["name"]][1] for node in nodes for use in node["uses"])
    assert all(boxes[node["name"]][3] < boxes["Statement"][1] for node in nodes[:-1])
    links = [link.attrib["href"] for link in drawn.iter("a")]
    assert links == [f"#{node['rule']}" for node in nodes if node["kind"] == "claim"]


def test_a_derivation_that_stops_short_is_drawn_without_what_it_says_besides() -> None:
    x = Symbol("x")
    steps = [Step("Definition", x, kind="definition"), Step("more", x > 0, kind="besides", uses=("Definition",))]
    assert [node["name"] for node in graph_of(steps)] == ["Definition"]
    assert picture(graph_of(steps), "", "undecided", str).count("<rect") == 1


def test_what_a_longer_way_shows_is_left_out_and_words_are_text() -> None:
    kinds = {"a < b & c": (), "second": ("a < b & c",), "Statement": ("a < b & c", "second")}
    nodes = [{"name": name, "kind": "solver", "rule": "", "uses": uses} for name, uses in kinds.items()]
    drawn = picture(nodes, "of <it>", "proved", str)
    assert drawn.count("l-3-6") == 2  # arrowheads
    assert escape("1. a < b & c — by the solver") in drawn
    assert 'aria-label="of &lt;it&gt;: 3 steps' in drawn
