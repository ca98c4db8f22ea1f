"""Suppliers, the contracts with them and who may work with them."""
