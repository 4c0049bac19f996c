"""How fast is fast enough: ratios between this program and the least that the same work could cost, in one run.

`python -m benchmarks` prints every table and writes `results.md`; `--quick` takes a minute, `--only NAME` takes one
benchmark, `--large` takes the sizes that are meant to be run by hand. One file is one benchmark; its docstring says
what is compared, and what each side does and does not do. Absolute times depend on the machine and on who else uses
it, so the two sides take turns, and what is told is the ratio of their medians.
"""
