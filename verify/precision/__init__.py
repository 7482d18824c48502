"""The 50-digit route: every closed form against its definition, evaluated by raw quadrature."""
