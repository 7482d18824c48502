"""Sphinx configuration: `python -m sphinx -W --keep-going -b html docs site` builds without a network."""

from verify.reading.site.sources import linkcode_resolve  # noqa: F401 -- of sphinx.ext.linkcode

project = "coarseproof"
author = "coarseproof contributors"
copyright = "coarseproof contributors"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.linkcode", "verify.reading.site"]

# Stored outputs are shown; `coarseproof notebooks` executes, and `coarseproof notebooks --check` compares.
nb_execution_mode = "off"
nb_code_prompt_show = "The code that draws this"
nb_code_prompt_hide = "The code that draws this"

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
# "source": verify/site/sources.py
myst_url_schemes = {"http": None, "https": None, "mailto": None, "source": {"url": "{{path}}#{{fragment}}"}}
myst_heading_slug_func = "verify.reading.markdown.slug"

smartquotes = False  # the prime of μ' is no apostrophe

autodoc_member_order = "bysource"
autodoc_typehints = "signature"

html_theme = "furo"
html_title = "coarseproof"
html_static_path = ["_static"]
html_css_files = ["style.css"]
html_copy_source = False
html_show_sphinx = False
html_show_search_summary = False  # it is fetched, which browsers refuse to pages opened from a file
html_math_renderer = "mathml"
