"""`python -m forestall` is the `forestall` command."""

from forestall.cli import main

main()
