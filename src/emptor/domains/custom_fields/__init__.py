"""Fields a company adds itself, to documents, items and suppliers: definitions, options and values."""
