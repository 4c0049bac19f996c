"""Diagrams of a procedure: DOT for Graphviz, Mermaid for pages that draw it themselves, SVG and PNG as pictures.

`arrows` says what is to be drawn and in which words, `plan` where each arrow stands, `dot` and `mermaid` write texts,
`picture` has Graphviz draw one. `way` marks on all of them the way that one ticket took.
"""

from sop_engine.documents.diagram.dot import dot
from sop_engine.documents.diagram.mermaid import mermaid
from sop_engine.documents.diagram.picture import picture_of
from sop_engine.documents.diagram.way import Way, way_of

__all__ = ["Way", "dot", "mermaid", "picture_of", "way_of"]
