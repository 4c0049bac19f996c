"""The launcher: `python cli.py` is `sop`."""

from sop_engine.console import main

if __name__ == "__main__":
    main()
