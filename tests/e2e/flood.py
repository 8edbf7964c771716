"""Forged letters for plays: right on the outside, junk inside, all of them "urgent" (SPEC.md 3 and 8.2)."""

import hashlib
import os
import struct

SIZES = [256, 512, 1024, 4096]
SEALED, URGENT = 1, 3
HOLDING_24_HOURS = 1


def digest(domain, size, data):
    full = hashlib.blake2b(data, key=domain.encode(), digest_size=max(size, 16)).digest()
    return full[:size]


def junk(day, bucket):
    header = struct.pack("<BBBBHH", 1, SEALED, URGENT, bucket | HOLDING_24_HOURS << 4, day, 0)
    envelope = header + os.urandom(16) + bytes(8) + os.urandom(SIZES[bucket] - 32)
    check = digest("barid-check-v1", 4, envelope)
    return envelope[:28] + check + envelope[32:]


def bundle(path, letters, day, bucket):
    """A bundle file of so many forged letters."""
    content = b"BARID-BUNDLE\n\x01\x00\x00"
    content += b"".join(bytes([bucket]) + junk(day, bucket) for _ in range(letters))
    content += b"\xff" + struct.pack("<Q", letters)
    with open(path, "wb") as file:
        file.write(content + digest("barid-bundle-v1", 32, content[:-8]))
