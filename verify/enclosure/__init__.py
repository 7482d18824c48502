"""The enclosure: ball arithmetic by Arb, at points for integrals and over boxes for inequalities."""
