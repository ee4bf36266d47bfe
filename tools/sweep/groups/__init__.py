"""One module a group of models: its `cases()`."""
