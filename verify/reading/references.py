"""What the sources of claims stand for; docs/references.md is the same as a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from textwrap import fill
from typing import Final

REFERENCES: Final = {
    "Y": "P. Yin, J. Lyu, S. Zhang, S. Osher, Y. Qi and J. Xin, Understanding Straight-Through Estimator in Training"
    " Activation Quantized Neural Nets, ICLR 2019, https://openreview.net/forum?id=Skh4jRcKQ. Lemmas and equations are"
    " numbered as in the first public submission; later versions, arXiv:1903.05662 among them, may count otherwise.",
    "DX": "T. Dinh and J. Xin, Convergence of a Relaxed Variable Splitting Coarse Gradient Descent Method for Learning"
    " Sparse Weight Binarized Activation Neural Networks, Frontiers Appl. Math. Stat. 2020, arXiv:1901.09731. The"
    " model, the method and what the abstract announces are its; no lemma of it is quoted.",
    "BG": "A. Brutzkus and A. Globerson, Globally Optimal Gradient Descent for a ConvNet with Gaussian Inputs, ICML"
    " 2017, arXiv:1702.07966. Propositions are numbered as there.",
    "ZX": "S. Zhang and J. Xin, Minimization of Transformed L1 Penalty: Closed Form Representation and Iterative"
    " Thresholding Algorithms, Commun. Math. Sci. 15 (2017), 511–537, arXiv:1412.5240.",
    "J": "M. Journée, Yu. Nesterov, P. Richtárik and R. Sepulchre, Generalized Power Method for Sparse Principal"
    " Component Analysis, J. Mach. Learn. Res. 11 (2010), 517–553.",
    "here": "Derived for this project; believed new, at least for this model.",
}
"""By the letters in brackets."""

CITED: Final = re.compile(rf"\[({'|'.join(REFERENCES)})\]")


def listed(sources: Iterable[str], width: int) -> Iterator[str]:
    """What the letters in these sources stand for, under a heading; nothing if there are none."""
    keys = {key for source in sources for key in CITED.findall(source)}
    yield from ("", "Sources") if keys else ()
    for key, said in REFERENCES.items():
        if key in keys:
            yield fill(
                f"[{key}] {said}", width, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False
            )
