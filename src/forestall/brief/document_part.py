"""The base of all that a brief says as data."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Base of every part: immutable, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
