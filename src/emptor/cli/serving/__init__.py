"""What it takes to serve: a port, a certificate, keys to try, and a loop that ends in good order."""
