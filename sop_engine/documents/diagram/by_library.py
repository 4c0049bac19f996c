"""What the drawing process runs where there is no `dot` program: the Graphviz inside the `pygraphviz` wheel.

It is run as a file, with the options of `dot` that `picture` uses, reads DOT from its standard input and writes the
picture to its standard output.
"""

import importlib
import sys


def main(options: list[str]) -> None:
    """Draw: `-Tsvg` or `-Tpng` is the format, every `-Gname=value` an attribute of the graph."""
    text = sys.stdin.buffer.read().decode()
    graph = importlib.import_module("pygraphviz").AGraph(string=text)
    for option in options:
        if option.startswith("-G"):
            name, _, value = option[2:].partition("=")
            graph.graph_attr[name] = value
    form = next(option[2:] for option in options if option.startswith("-T"))
    sys.stdout.buffer.write(graph.draw(format=form, prog="dot"))


if __name__ == "__main__":
    main(sys.argv[1:])
