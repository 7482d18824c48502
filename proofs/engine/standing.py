"""What became of a claim's derivation, and of those of all that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from proofs.engine import claim as registry


def rests_on(claim_id: str) -> Iterable[str]:
    """The ids a claim's derivation cites, directly or through others; with its own if the citations run in a circle."""
    seen: list[str] = []
    queue = list(registry.derive(claim_id).cited)
    while queue:
        cited = queue.pop(0)
        if cited not in seen:
            seen.append(cited)
            queue.extend(registry.derive(cited).cited)
    return seen


def proved(claim_id: str) -> bool | None:
    """True if the chain of a claim and those of all it rests on are proved, False if its own is refuted, else None."""
    own = registry.derive(claim_id).decided
    cited = list(rests_on(claim_id))
    if own is not True:
        return own
    return True if claim_id not in cited and all(registry.derive(other).decided is True for other in cited) else None


@dataclass(frozen=True)
class Standing:
    """What became of a claim's derivation and of all those that it rests on.

    `rules` are what they trust, `words` the lines that nothing but a sentence joins to the one before, by claim.
    """

    claim_id: str
    proved: bool | None
    rules: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]

    @property
    def grade(self) -> str:
        """One of "proved", "proved with rules", "joined by words", "refuted" and "undecided"."""
        if self.proved is not True:
            return "refuted" if self.proved is False else "undecided"
        return "joined by words" if self.words else "proved with rules" if self.rules else "proved"

    def __str__(self) -> str:
        """The grade, with the rules; or where the words are."""
        if self.grade == "proved with rules":
            return f"proved with rules {', '.join(self.rules)}"
        if self.grade != "joined by words":
            return self.grade
        own, others = self.words.get(self.claim_id, ()), [one for one in self.words if one != self.claim_id]
        where = f"{len(own)} of them" if own else f"those of {', '.join(others)}"
        return f"every step is decided, words join {where}"


def standing(claim_id: str) -> Standing:
    """What a claim's derivation, with those of all that it cites, amounts to."""
    chains = [registry.derive(one) for one in dict.fromkeys([claim_id, *rests_on(claim_id)])]
    rules = tuple(sorted({rule for chain in chains for rule in chain.rules}))
    words = {chain.claim_id: tuple(chain.words) for chain in chains if chain.words}
    return Standing(claim_id, proved(claim_id), rules, words)
