"""Letters as a carrier sees them, written from SPEC.md alone and with no code of ours: digests (1.2), the envelope (3), the outside of a sealed
letter (4), receipts (8.1)."""

import hashlib
import os
import struct

SIZES = [256, 512, 1024, 4096]
SEALED, NOTICE, CONTROL, RECEIPTS = 1, 2, 3, 4
ROUTINE, STATUS, NEED, URGENT = range(4)
ID, TAG = 32, 16
EPOCH_2016 = 1451606400


def digest(domain, n, data):
    """D of SPEC.md 1.2."""
    whole = hashlib.blake2b(data, digest_size=max(n, 16), key=domain.encode())
    return whole.digest()[:n]


assert digest("barid-test-v1", 16, b"abc").hex() == "be0da6de1fb7ddeff4918d569830a9ce", "SPEC.md 1.2, example"


def with_check(envelope):
    """The envelope with its check put right (3.3)."""
    blank = envelope[:28] + bytes(4) + envelope[32:]
    return blank[:28] + digest("barid-check-v1", 4, blank) + blank[32:]


def check_is_right(envelope):
    return envelope == with_check(envelope)


def letter_id(envelope):
    """The id (3.4): of a NOTICE or CONTROL without signature and filling, else of the whole letter."""
    end = len(envelope)
    if envelope[1] == NOTICE:
        end = 92 + int.from_bytes(envelope[90:92], "little")
    elif envelope[1] == CONTROL:
        end = 32 + 80 + envelope[37] + 64 * envelope[36]
    return digest("barid-letter-v1", ID, envelope[:24] + bytes(8) + envelope[32:end])


def sealed(number_class=ROUTINE, bucket=1, holding=1, day=3978, random=os.urandom):
    """A letter nobody can open, which a carrier cannot tell from one that somebody can."""
    secret = random(16)
    header = struct.pack("<BBBBHH", 1, SEALED, number_class, bucket | holding << 4, day, 0)
    header += digest("barid-receipt-v1", 16, secret) + bytes(8)
    return with_check(header + random(SIZES[bucket] - len(header)))


def receipts(entries, number_class=NEED, bucket=1, holding=3, day=3978):
    """A RECEIPTS letter (8.1) of (tag, secret) pairs."""
    header = struct.pack("<BBBBHH", 1, RECEIPTS, number_class, bucket | holding << 4, day, 0) + bytes(24)
    body = bytes([len(entries)]) + bytes(15) + b"".join(tag + secret for tag, secret in entries)
    return with_check((header + body).ljust(SIZES[bucket], b"\0"))
