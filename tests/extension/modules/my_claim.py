"""A claim of one's own, of which two lines are joined by nothing but words."""

from sympy import cos, sin

from proofs.engine.claim import claim
from proofs.engine.definitions import MeanSample
from proofs.engine.derivation import Derivation
from proofs.symbols import theta


@claim(id="B97", title="Mine", source="[here]", subject="x", definition=MeanSample("loss"), statement=cos(theta))
def mine(d: Derivation) -> None:
    d.begin(sin(theta))
    d.apply("as is well known", lambda line: cos(theta))
    d.conclude(cos(theta))
