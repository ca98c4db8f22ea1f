"""Machinery without business nouns: errors, exact numbers, time, fields and resources."""
