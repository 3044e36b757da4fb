"""A dict that says what it has when it is asked for something else."""


class Registry(dict):
    """Things by name. Register your own: `ACTIVATIONS["swish"] = swish`."""

    def __init__(self, kind, **entries):
        super().__init__(entries)
        self.kind = kind

    def __missing__(self, name):
        raise KeyError(f"There is no {self.kind} {name!r}; registered are {', '.join(self)}.")
