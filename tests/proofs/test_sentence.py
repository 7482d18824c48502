"""Sentences: what each part of one is, and how it reads."""

import pytest
from sympy import Abs, oo, symbols

import proofs
from proofs.engine.latex import latex_of_sentence
from proofs.engine.sentence import (
    All,
    Either,
    Exists,
    If,
    Iff,
    Is,
    Part,
    Relation,
    Role,
    Root,
    Tends,
    Term,
    eq,
    ge,
    gt,
    le,
    lt,
    relation_of,
    roles,
)

x, y = symbols("x y", positive=True)
P, Q, T = Part("p"), Part("q"), Term("z")


@pytest.mark.parametrize(
    ("sentence", "role"),
    [
        (eq(T, P), Role.VALUE),
        (le(T, P), Role.UPPER),
        (lt(T, P * y), Role.UPPER),
        (ge(T, P), Role.LOWER),
        (le(P, T), Role.LOWER),
        (gt(P, T), Role.UPPER),
        (If(lt(x, y), le(T, P)), Role.UPPER),
        (If(lt(T, P), eq(x, y)), Role.THRESHOLD),
        (Iff(eq(x, y), le(T, P)), Role.THRESHOLD),
        (Iff(eq(x, y), All(eq(T, P), gt(P, 0))), Role.VALUE),
        (Exists(x, Either(lt(x, y), ge(T, P))), Role.LOWER),
        (Tends(T, P, (x, oo)), Role.LIMIT),
        (Tends(P, oo, (x, oo)), Role.VALUE),
        (Root("the only", x, eq(P, 1), (0, oo)), Role.EQUATION),
    ],
    ids=str,
)
def test_a_role_is_a_place(sentence: object, role: Role) -> None:
    assert roles(sentence) == {"p": role}


@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        (All(eq(T, P), lt(P, Q), ge(x, 1)), r"z=\frac{x}{2}<y + 1;\quad x\ge 1"),
        (Iff(Is("stable", T), Either(gt(x, 0), All(eq(x, y), lt(T, P)))), None),
        (le(T, Q * Abs(T)), r"z\le (y + 1) |z|"),
    ],
    ids=str,
)
def test_a_sentence_is_read_in_its_order(sentence: object, read: str | None) -> None:
    assert latex_of_sentence(sentence, {"p": x / 2, "q": y + 1}, {}) == (
        read or r"z\text{ is stable}\iff x>0\ \text{or}\ \bigl(x=y,\ z<\frac{x}{2}\bigr)"
    )


def test_a_part_with_a_name_is_told_after_it_was_used() -> None:
    assert latex_of_sentence(le(T, P * y), {"p": x + 1}, {P: "L"}) == r"z\le L\,y;\quad L=x + 1"


def test_words_are_those_of_the_theory() -> None:
    for wrong in (lambda: Is("pretty", T), lambda: Root("the best", x, eq(P, 1), (0, oo))):
        with pytest.raises(ValueError, match="a sentence knows no"):
            wrong()


def test_what_claims_assert() -> None:
    """The direction of a bound stands in its sentence alone."""
    bounds = {claim.id: claim.bounds for claim in proofs.all_claims() if claim.bounds}
    assert bounds["R6.radius"] == {"bound": Role.UPPER}
    assert bounds["P4.l1-map"] == {"bound": Role.UPPER, "gap lower bound": Role.LOWER, "gap upper bound": Role.UPPER}
    assert proofs.get("B1.descent").roles["largest step"] is Role.THRESHOLD
    known = {"N5": Relation.IFF, "C3": Relation.EQUAL, "C7": Relation.FOR_ALL, "N6.printed": Relation.TENDS}
    assert {name: proofs.get(name).relation for name in known} == known
    assert relation_of(Exists(x, lt(x, y))) is Relation.EXISTS
