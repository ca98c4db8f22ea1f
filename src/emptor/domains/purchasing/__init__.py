"""Buying: requisitions, proposals and orders."""
