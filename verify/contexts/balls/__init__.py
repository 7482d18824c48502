"""Balls of Arb, which contain what they stand for."""
