"""A finished run as one HTML file that needs no network."""

from camu_core.report.document import html_report

__all__ = ["html_report"]
