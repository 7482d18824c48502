"""The inequalities route. What is stated of a claim stands in its road."""
