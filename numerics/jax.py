"""JAX's operations, for the modules that `coarseproof derive --target jax` writes. They need float64, which JAX gives
only after ``jax.config.update("jax_enable_x64", True)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import jax
import numpy as np
import numpy.typing as npt
from jax import numpy as jnp
from jax.scipy import special

from numerics.traced import Operations

__all__ = ["OPERATIONS"]


class _Operations(Operations):
    def own(self, name: str) -> Callable[..., Any]:
        return getattr(jnp if hasattr(jnp, name) else special, name)

    def wide(self, value: Any) -> tuple[jax.Array, bool]:
        if not jax.config.jax_enable_x64:
            raise ValueError(
                "JAX rounds float64 to float32 as it stands; "
                'call jax.config.update("jax_enable_x64", True) before anything is computed'
            )
        array = jnp.asarray(value)
        return array.astype(jnp.float64), array.dtype == jnp.float32

    def narrow(self, array: jax.Array) -> jax.Array:
        return array.astype(jnp.float32)

    def constant(self, values: npt.NDArray[np.float64], beside: jax.Array) -> jax.Array:
        return jnp.asarray(values)


OPERATIONS: Final = _Operations()
