"""Budgets: what may be spent, by line and period, what documents hold of it, and why."""
