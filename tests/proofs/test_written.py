"""Formulas as people write them: how they read, and that what is written is what was meant."""

from __future__ import annotations

import random

import pytest
from sympy import (
    Abs,
    Add,
    Expr,
    Function,
    Integral,
    Mul,
    Piecewise,
    Rational,
    Symbol,
    cos,
    erf,
    erfc,
    exp,
    oo,
    pi,
    preorder_traversal,
    sign,
    sin,
    sqrt,
)
from sympy.codegen.cfunctions import expm1
from sympy.core.function import AppliedUndef

import proofs
from proofs import symbols as known
from proofs.engine.latex import latex_of
from proofs.engine.lines import COLUMN, broken, fits
from proofs.engine.product import PHI, product
from proofs.engine.render import forms_of

kappa, lam, theta, r, w, e, v, s = (
    *(known.kappa, known.lam, known.theta, known.r, known.w_hat, known.e, known.v_vs, known.s),
)


@pytest.mark.parametrize(
    ("expression", "read"),
    [
        (sqrt(2) / (4 * sqrt(pi)), r"\frac{1}{2 \sqrt{2 \pi}}"),
        (2 * sqrt(2) / sqrt(pi), r"2 \sqrt{\frac{2}{\pi}}"),
        (sqrt(2) / 2, r"\frac{1}{\sqrt{2}}"),
        (3 * sqrt(3) / 2, r"\frac{3 \sqrt{3}}{2}"),
        (-(lam - kappa * r), r"\kappa r - \lambda"),
        (Mul(-1, Add(lam, -kappa, evaluate=False), evaluate=False), r"\kappa - \lambda"),
        (r - kappa * (1 - theta), r"r - \kappa (1 - \theta)"),
        (-expm1(-r) * kappa, r"\kappa (1 - e^{- r})"),
        (-v * e / (2 * pi * r), r"- \frac{v^\top v^*}{2 \pi r} e"),
        (sqrt(2) * w / (2 * sqrt(pi)), r"\frac{\hat w}{\sqrt{2 \pi}}"),
        (cos(theta / 2) + sin(theta) ** 2, r"\sin^{2}\theta + \cos\frac{\theta}{2}"),
        (sqrt(lam) * sqrt(kappa) * sqrt(2), r"\sqrt{2 \kappa \lambda}"),
        (r / 2 + kappa / 2, r"\frac{\kappa + r}{2}"),
        (exp(-(r**2) / 2) * exp(-r), r"e^{- r^{2}/2 - r}"),
        (sqrt(known.v_v) * known.v_v**2, r"\|v\|^{5}"),
        (1 - erfc(s / sqrt(2)) / 2, r"\Phi(s)"),
        (Abs(s) * sign(s), r"|s| \operatorname{sgn}(s)"),
        (Piecewise((1, s > 0), (0, True)), r"1\{s > 0\}"),
        (Integral(exp(-(s**2) / 2) / (2 * pi), (s, 0, oo)), r"\frac{1}{2 \pi} \int_{0}^{\infty} e^{- s^{2}/2}\,ds"),
        (Integral(s * r, (s, 0, oo), (r, 1, 2)), r"\int_{1}^{2}\int_{0}^{\infty} r s\,ds\,dr"),
        (Rational(4, 5), r"\frac{4}{5}"),
        (Function("mu'", real=True)(r * s), r"\mu'(r s)"),
    ],
    ids=str,
)
def test_it_reads_as_people_write(expression: Expr, read: str) -> None:
    assert latex_of(expression) == read


def values(expression: Expr, draw: random.Random) -> dict[Symbol, Rational]:
    at = {one: Rational(draw.randint(1, 999), 1000) for one in sorted(expression.free_symbols, key=str)}
    return {one: (draw.randint(2, 9) if one.is_integer else value) for one, value in at.items()}


def test_what_is_written_is_what_was_meant() -> None:
    """Sign, fraction and what stands beside it multiply to the product they were made of: in numbers, to 25 digits."""
    draw, compared = random.Random(1), 0
    forms = [form for claim in proofs.all_claims() for form in (*claim.formulas.values(), claim.printed) if form]
    parts = {part for form in forms for part in preorder_traversal(form) if isinstance(part, Mul | Add)}
    for part in sorted(parts, key=str):
        if part.has(Integral, AppliedUndef) or len(str(part)) > 600:
            continue
        made = product(part)
        back = (-1) ** made.negative * Mul(*made.above, *made.aside) / Mul(*made.below)
        at = values(part, draw)
        back = back.replace(PHI, lambda x: (1 + erf(x / sqrt(2))) / 2)
        one, other = (form.subs(at).evalf(30) for form in (part, back))
        compared += 1
        assert abs(one - other) < 1e-25 * (1 + abs(one)), (part, made)
    assert compared > 400


def test_what_is_too_wide_gets_letters_and_says_what_they_are() -> None:
    x, y = Symbol("x", positive=True), Symbol("y", positive=True)
    root = sqrt(1 + x**2 + sin(x * y) + cos(x * y) ** 3 + x * y**3 + x**7 * y)
    told = latex_of((root + x) / (root - x) + x / (1 + root * cos(root) + x**2 * sin(root)))
    assert r"\text{where }Q=\sqrt{" in told
    assert fits(told)
    assert told.count(r"\sqrt") == 1


def test_no_letter_means_two_things() -> None:
    """A letter that the formula has already is not given to a part of it."""
    q, x = Symbol("Q", positive=True), Symbol("x", positive=True)
    root = sqrt(1 + x**2 + sin(x * q) + cos(x * q) ** 3 + x * q**3 + x**7 * q)
    told = latex_of((root + x) / (root - x) + x / (1 + root * cos(root) + x**2 * sin(root)))
    assert "Q=" not in told
    assert r"\text{where }D=" in told


def test_a_line_that_ends_in_brackets_ends_all_of_them() -> None:
    """Those of |x| as well: there is no MathML for one that is open."""
    many = " + ".join(rf"\frac{{x_{i}}}{{y_{i}}}" for i in range(30))
    lines = broken(rf"\left|a \left(b + {many}\right)\right| \le t").split(r" \\ ")
    assert len(lines) > 2
    assert all(line.count(r"\left") == line.count(r"\right") for line in lines)


def test_lines_lose_nothing() -> None:
    """Apart from what holds lines together, the broken formula has the signs of the one it was made of."""
    glue = (r"\begin{aligned}", r"\end{aligned}", r"\\", "&", r"\quad", r"\left.", r"\right.", "{}", r"\bigl", r"\bigr")
    for claim in proofs.all_claims():
        for latex in forms_of(claim):
            said, whole = (broken(latex, COLUMN), latex)
            for sign_ in glue:
                said, whole = said.replace(sign_, ""), whole.replace(sign_, "")
            left, right = ("".join(text.split()) for text in (said, whole))
            assert left.replace("\\", "") == right.replace("\\", ""), claim.id
