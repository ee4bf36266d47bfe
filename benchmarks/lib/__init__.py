"""What the benchmarks share: processes on chosen cores, their CPU time, load, and tables.

Only the standard library, so that a benchmark needs no environment of its own. Nothing here decides
what is measured or what is good; that stands in each `run.py`.
"""
