"""Taxes and payment terms."""
