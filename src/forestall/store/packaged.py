"""YAML files that come with the package: registers and descriptions written by hand."""

from importlib.resources import files
from typing import Any


def read_yaml(package: str, name: str) -> Any:
    """What a file beside the modules of a package holds.

    Raises OSError if it is missing, ValueError if it is no YAML: whoever reads it says what that means.
    """
    import yaml

    text = files(package).joinpath(name).read_text("utf-8")
    try:
        # The loader written in C is ten times faster; not every build of PyYAML has it.
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
