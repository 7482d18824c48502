"""Mathematics as MathML: no script, no font, no network."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from verify.reading.mathml import mathml

_LOG = logging.getLogger(__name__)


def register(app: Sphinx) -> None:
    """Add the renderer "mathml", which docs/conf.py chooses."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))


def _inline(writer: HTML5Translator, node: nodes.Element) -> None:
    writer.body.append(_element(node, display=False))
    raise nodes.SkipNode


def _display(writer: HTML5Translator, node: nodes.Element) -> None:
    # A formula wider than the page scrolls in its box; who has no pointer reaches the box by its tab stop.
    writer.body.append(f'<div class="math" tabindex="0">{_element(node, display=True)}</div>\n')
    raise nodes.SkipNode


def _element(node: nodes.Element, display: bool) -> str:
    try:
        return mathml(node.astext(), display=display)
    except ValueError as error:  # a warning, which -W makes an error
        _LOG.warning("%s", error, location=node)
        return ""
