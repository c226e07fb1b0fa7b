"""`python -m qloak` is the command `qloak`."""

from .cli import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
