"""The terminal that `make up` writes to."""

import os
import sys
from typing import BinaryIO

_COLOURS = (36, 33, 32, 35, 34, 31)
_NAME_WIDTH = 8


class Console:
    """Writes whole lines, each from one process, prefixed by its name (coloured on a terminal)."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self.stream = stream or sys.stdout.buffer
        self.coloured = self.stream.isatty() and "NO_COLOR" not in os.environ
        self.colour_of: dict[str, int] = {}

    def say(self, sentence: str) -> None:
        """The sentence stands in the output as it is."""
        self._write(f"{sentence}\n".encode())

    def relay(self, name: str, lines: bytes) -> None:
        """The lines stand in the output, each behind the name."""
        prefix = self._prefix(name)
        self._write(b"".join(prefix + line + b"\n" for line in lines.splitlines()))

    def _prefix(self, name: str) -> bytes:
        label = f"{name:<{_NAME_WIDTH}} |"
        if self.coloured:
            colour = self.colour_of.setdefault(name, _COLOURS[len(self.colour_of) % len(_COLOURS)])
            label = f"\033[{colour}m{label}\033[0m"
        return f"{label} ".encode()

    def _write(self, text: bytes) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except OSError:
            # Whoever read the output has gone (`make up | head`): HummDesk runs on without being read.
            self.stream = open(os.devnull, "wb")  # noqa: SIM115 - stays open
