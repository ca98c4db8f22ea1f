"""Paying: invoices and the payments that settle them."""
