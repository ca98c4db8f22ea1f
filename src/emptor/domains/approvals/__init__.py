"""Approvals: who decides about documents, in which order, and what of that has happened."""
