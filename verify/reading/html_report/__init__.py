"""The report as one HTML file that needs no network: summary, table of claims, and the evidence on each with plots."""

from verify.reading.html_report.page import to_html

__all__ = ["to_html"]
