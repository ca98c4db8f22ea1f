"""What a company buys: items, their categories and units."""
