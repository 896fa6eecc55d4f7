"""The process that parses: `python -m email_channel.parsing.child`.

Frames on stdin: length (8 bytes, big-endian), mail. Frames on stdout: length (8 bytes), verdict (1 byte), payload.
It limits its own memory and processor time, so that the worst mail ends this process and nothing else.
"""

import resource
import struct
import sys
from enum import IntEnum
from typing import BinaryIO

from email_channel.parsing.parser import parse
from email_channel.parsing.wire import encode_mail

MEMORY_BYTES = 512 * 1024 * 1024
CPU_TIME_S = 10
FRAME = struct.Struct(">Q")


class Verdict(IntEnum):
    """First byte of an answer."""

    PARSED = 0
    MEMORY = 1
    CRASHED = 2
    TOO_DEEP = 3


def answer_to(raw: bytes) -> tuple[Verdict, bytes]:
    """Return the verdict on one mail, and the encoded mail where there is one."""
    try:
        return Verdict.PARSED, encode_mail(parse(raw))
    except MemoryError:
        return Verdict.MEMORY, b""
    except RecursionError:
        return Verdict.TOO_DEEP, b""
    # The rim of the process: a bug that one mail uncovers is a reason code, and the next mail is read all the same.
    except Exception as error:
        return Verdict.CRASHED, type(error).__name__.encode()


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer each request until the other side closes the pipe."""
    while len(head := requests.read(FRAME.size)) == FRAME.size:
        (length,) = FRAME.unpack(head)
        limit_cpu_time()
        verdict, payload = answer_to(requests.read(length))
        answers.write(FRAME.pack(len(payload) + 1) + bytes([verdict]))
        answers.write(payload)
        answers.flush()


def limit_cpu_time() -> None:
    """Give the next mail its own time; the kernel's limit counts the whole life of the process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used_s = int(usage.ru_utime + usage.ru_stime)
    _, hard_limit = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used_s + CPU_TIME_S + 1, hard_limit))


def main() -> None:
    """Serve stdin and stdout within the limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
