"""The report as one HTML file that needs no network: summary, table of claims, and the evidence on each with plots."""
