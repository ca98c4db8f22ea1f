"""What a company keeps: warehouses and what is in them."""
