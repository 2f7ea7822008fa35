"""Raw bytes as they came, by their sha256: `snapshots/ab/ab12...`, never changed, and checked when read."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forestall.errors import StoreError
from forestall.store import files

_DIGEST_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The folder of raw bytes of a workspace."""

    folder: Path

    def path(self, digest: str) -> Path:
        """Where the bytes with this sha256 stand, or would stand."""
        if len(digest) != _DIGEST_LENGTH or not set(digest) <= set("0123456789abcdef"):
            raise StoreError(f"{digest!r} is not a sha256 digest: expected 64 hexadecimal digits in lower case")
        return self.folder / digest[:2] / digest

    def put(self, source: Path, *, expected: str | None = None) -> str:
        """Copy a file in and return its sha256; bytes that are held already are not written again.

        expected: the sha256 the caller has seen. Raises StoreError if the bytes changed since, or cannot be written.
        """
        digest = files.sha256_of(source)
        self._check(digest, expected, source)
        target = self.path(digest)
        if self._intact(digest):
            return digest
        with files.refusals(target, "write"):
            copied = hashlib.sha256()
            with source.open("rb") as reader, files.replacing(target) as writer:
                while chunk := reader.read(files.CHUNK):
                    copied.update(chunk)
                    writer.write(chunk)
                self._check(copied.hexdigest(), digest, source)
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes with this sha256. Raises StoreError if they are missing or no longer match it."""
        path = self.path(digest)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise StoreError(f"snapshot {digest[:12]} is missing: expected {path}; add the file again") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise StoreError(f"snapshot {path} does not match its name, the sha256 of its bytes; add the file again")
        return content

    def digests(self) -> Iterator[str]:
        """The names of all snapshots in the folder, sorted; nothing is read."""
        if self.folder.is_dir():
            for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
                if len(path.name) == _DIGEST_LENGTH and path.is_file():
                    yield path.name

    def _intact(self, digest: str) -> bool:
        path = self.path(digest)
        return path.is_file() and files.sha256_of(path) == digest

    @staticmethod
    def _check(found: str, expected: str | None, source: Path) -> None:
        if expected is not None and found != expected:
            raise StoreError(f"{source} changed while it was being added; wait until it is complete and add it again")
