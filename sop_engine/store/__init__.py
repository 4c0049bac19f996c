"""Tables and a few verbs. One narrow seam (`seam`), several stores behind it; files by hash."""
