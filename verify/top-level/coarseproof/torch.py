"""`numerics.torch` under its public name."""

import sys

import coarseproof

sys.modules[__name__] = coarseproof._imported("numerics.torch")
