"""Emptor: an open-source procure-to-pay server."""

__version__ = "0.1.0"
