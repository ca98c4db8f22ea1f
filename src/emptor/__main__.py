"""`python -m emptor` is the command `emptor`."""

from emptor.cli import main

main()
