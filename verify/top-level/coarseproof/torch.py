"""`numerics.torch` under its public name."""

import sys
from importlib import import_module

sys.modules[__name__] = import_module("numerics.torch")
