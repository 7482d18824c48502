"""Sixty digits of mpmath, by quadrature whose error two rules tell."""
