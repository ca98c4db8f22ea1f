"""Bills that come as files: kept, read as far as they can be read, and made into invoices."""
