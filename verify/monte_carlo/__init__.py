"""Closed forms against sampling, by brute force and by samplers verified against it."""
