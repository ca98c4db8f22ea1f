"""SQL: where declarations become tables, statements become text once, and a change becomes durable."""
