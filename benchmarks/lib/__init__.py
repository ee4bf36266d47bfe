"""What the benchmarks share: processes on chosen cores, their CPU time, load, and tables.

It uses the standard library only, so that a benchmark needs no environment of its own. Each `run.py`
decides what is measured, and the bars.
"""
