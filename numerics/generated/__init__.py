"""Code written by `coarseproof derive` from the claims in proofs/. Do not edit."""
