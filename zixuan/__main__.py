"""``python -m zixuan``: the command line, by way of the interpreter."""

from zixuan.cli import main

if __name__ == "__main__":
    main()
