"""Extensions: odd proxies. B = 0, so that the coarse gradient has no part across w, and its formula no angle."""

from sympy import oo, sign

from proofs.proxies import Estimator, add
from proofs.symbols import x

add(Estimator("ramp", "ramp, μ'(x) = x 1{|x| < 1}", ((-1, 1, x),)))
add(Estimator("signum", "sign, μ'(x) = sgn(x)", ((-oo, oo, sign(x)),)))
