"""Compares Amphora with the pipelines that people use themselves, over many models.

`photographs.py` writes the pictures. A module of `groups/` makes model folders of one kind and brings the
pipeline that its users run; `recording.py` stores that pipeline's answers beside each folder, in the
Python environment that the group needs (`environments.py`). `asking.py` asks the binary, `verdicts.py`
judges, `report.py` writes the page. Nothing here is used by the server or by `make test`.
"""
