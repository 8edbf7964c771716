"""Letters as a carrier sees them, written from SPEC.md alone and with no code of ours: digests (1.2), the envelope (3), the outside of a sealed
letter (4), what is shown of letters (7.3), their order (7.8), receipts (8.1)."""

import hashlib
import os
import struct
from collections import namedtuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

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


def sealed(number_class=ROUTINE, bucket=1, holding=1, day=3978, random=os.urandom, secret=None):
    """A letter nobody can open, which a carrier cannot tell from one that somebody can."""
    secret = secret or random(16)
    header = struct.pack("<BBBBHH", 1, SEALED, number_class, bucket | holding << 4, day, 0)
    header += digest("barid-receipt-v1", 16, secret) + bytes(8)
    return with_check(header + random(SIZES[bucket] - len(header)))


def receipts(entries, number_class=NEED, bucket=1, holding=3, day=3978):
    """A RECEIPTS letter (8.1) of (tag, secret) pairs."""
    header = struct.pack("<BBBBHH", 1, RECEIPTS, number_class, bucket | holding << 4, day, 0) + bytes(24)
    body = bytes([len(entries)]) + bytes(15) + b"".join(tag + secret for tag, secret in entries)
    return with_check((header + body).ljust(SIZES[bucket], b"\0"))


class Letter(namedtuple("Letter", "tag number_class rank day envelope")):
    """What is shown and compared of a letter; envelope is None where it is shown but not carried."""

    @classmethod
    def of(cls, envelope):
        number_class, bucket = envelope[2], envelope[3] & 15
        kind = {CONTROL: 3, RECEIPTS: 2, NOTICE: 1, SEALED: 0}[envelope[1]]
        (day,) = struct.unpack_from("<H", envelope, 4)
        return cls(letter_id(envelope)[:TAG], number_class, number_class * 16 + kind * 4 + 3 - bucket, day, envelope)


class Shown:
    """The letters that a post shows, by tag, and their sums (7.3)."""

    def __init__(self, envelopes=()):
        self.letters = {}
        self.counts, self.sums = [0] * 4, [[0] * 32 for _ in range(4)]
        for envelope in envelopes:
            self.add(Letter.of(envelope))

    def _sum(self, letter, sign):
        key = digest("barid-carry-v1", 32, letter.tag)
        numbers = Cipher(ChaCha20(key, bytes(16)), mode=None).encryptor().update(bytes(256))  # nonce and counter are the 16 bytes
        self.counts[letter.number_class] += sign
        sums = self.sums[letter.number_class]
        for i, number in enumerate(struct.unpack("<32Q", numbers)):
            sums[i] = (sums[i] + sign * number) % 2**64

    def add(self, letter):
        if letter.tag not in self.letters:
            self._sum(letter, 1)
        self.letters[letter.tag] = letter

    def remove(self, tag):
        if tag in self.letters:
            self._sum(self.letters.pop(tag), -1)

    def _z(self, number_class):
        return struct.pack("<I32Q", self.counts[number_class], *self.sums[number_class])

    def class_digest(self, h1, number_class):
        return digest("barid-class-v1", 4, h1 + bytes([number_class]) + self._z(number_class))

    def digests(self, h1):
        return [self.class_digest(h1, c) for c in range(4)]

    def carried(self, salt):
        """C of 7.3."""
        return digest("barid-carried-v1", 4, salt + b"".join(self._z(c) for c in range(4)))
