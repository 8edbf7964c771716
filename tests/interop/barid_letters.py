"""Letters as a carrier sees them, written from SPEC.md alone and with no code of ours: digests (1.2), the envelope (3), the outside of a sealed
letter (4), what is shown of letters (7.3), their order where nobody vouches for them (7.8), receipts (8.1)."""

import hashlib
import os
import struct
from collections import namedtuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

SIZES = [256, 512, 1024, 4096]
SEALED, NOTICE, CONTROL, RECEIPTS = 1, 2, 3, 4
TICKET, CERTIFICATE = 1, 2
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


def extra_of(envelope):
    return envelope[2] >> 4


def content_at(envelope):
    """Where the content begins (3.2), behind the extra."""
    if extra_of(envelope) == TICKET:
        return 216 if envelope[1] == SEALED else 152
    return 188 if extra_of(envelope) == CERTIFICATE else 32


def is_revocation(envelope):
    return envelope[1] == CONTROL and (extra_of(envelope) == TICKET or envelope[32] == 2)


def signed_end(envelope):
    """Where the signature of a public letter begins, and its id ends."""
    at = content_at(envelope)
    if envelope[1] == NOTICE:
        return at + 60 + int.from_bytes(envelope[at + 58:at + 60], "little")
    if is_revocation(envelope):
        return at + 40 + 34 * envelope[at + 1]
    if envelope[1] == CONTROL:
        return 32 + 80 + envelope[37] + 64 * envelope[36]
    return len(envelope)


def letter_id(envelope):
    """The id (3.4): of a NOTICE or CONTROL without signature and filling, else of the whole letter but the signature that spends a ticket."""
    counted = envelope[32:signed_end(envelope)]
    if envelope[1] == SEALED and extra_of(envelope) == TICKET:
        counted = envelope[32:152] + envelope[216:]
    return digest("barid-letter-v1", ID, envelope[:24] + bytes(8) + counted)


def header_of(kind, number_class, extra, bucket, holding, day, commitment=bytes(16)):
    """The 32 bytes before the extra, without check."""
    return struct.pack("<BBBBHH", 1, kind, number_class | extra << 4, bucket | holding << 4, day, 0) + commitment + bytes(8)


def sealed(number_class=ROUTINE, bucket=1, holding=1, day=3978, random=os.urandom, secret=None):
    """A letter nobody can open, which a carrier cannot tell from one that somebody can."""
    secret = secret or random(16)
    header = header_of(SEALED, number_class, 0, bucket, holding, day, digest("barid-receipt-v1", 16, secret))
    return with_check(header + random(SIZES[bucket] - len(header)))


def receipts(entries, number_class=NEED, bucket=1, holding=3, day=3978):
    """A RECEIPTS letter (8.1) of (tag, secret) pairs."""
    header = header_of(RECEIPTS, number_class, 0, bucket, holding, day)
    body = bytes([len(entries)]) + bytes(15) + b"".join(tag + secret for tag, secret in entries)
    return with_check((header + body).ljust(SIZES[bucket], b"\0"))


def unproven_rank(envelope):
    """The rank of a letter for which nobody vouches (7.8)."""
    number_class, kind = envelope[2] & 15, envelope[1]
    tier = {URGENT: 2, NEED: 1, STATUS: 1, ROUTINE: 0}[number_class]
    if tier == 1:
        weight = (kind != SEALED) + 2 * (number_class == NEED)
    else:
        weight = {SEALED: 0, RECEIPTS: 2}.get(kind, 1)
    return tier * 16 + weight * 4 + 3 - (envelope[3] & 15)


class Nobody:
    """Who believes no organisation. See barid_authority.Judge."""

    @staticmethod
    def rank(envelope):
        return unproven_rank(envelope)


class Letter(namedtuple("Letter", "tag tier rank day envelope")):
    """What is shown and compared of a letter by one who judges; envelope is None where it is shown but not carried."""

    @classmethod
    def of(cls, envelope, judge=Nobody):
        rank, (day,) = judge.rank(envelope), struct.unpack_from("<H", envelope, 4)
        return cls(letter_id(envelope)[:TAG], rank // 16, rank, day if rank >= 48 else 0, envelope)


class Shown:
    """The letters that a post shows, by tag, and their sums (7.3)."""

    def __init__(self, envelopes=(), judge=Nobody):
        self.letters, self.judge = {}, judge
        self.counts, self.sums = [0] * 4, [[0] * 32 for _ in range(4)]
        for envelope in envelopes:
            self.add(Letter.of(envelope, judge))

    def _sum(self, letter, sign):
        key = digest("barid-carry-v1", 32, letter.tag)
        numbers = Cipher(ChaCha20(key, bytes(16)), mode=None).encryptor().update(bytes(256))  # nonce and counter are the 16 bytes
        self.counts[letter.tier] += sign
        sums = self.sums[letter.tier]
        for i, number in enumerate(struct.unpack("<32Q", numbers)):
            sums[i] = (sums[i] + sign * number) % 2**64

    def add(self, letter):
        self.remove(letter.tag)
        self._sum(letter, 1)
        self.letters[letter.tag] = letter

    def remove(self, tag):
        if tag in self.letters:
            self._sum(self.letters.pop(tag), -1)

    def judge_again(self):
        """What is carried may be worth something else now."""
        for letter in list(self.letters.values()):
            if letter.envelope and self.judge.rank(letter.envelope) != letter.rank:
                self.add(Letter.of(letter.envelope, self.judge))

    def tier_digest(self, h1, tier):
        z = struct.pack("<I32Q", self.counts[tier], *self.sums[tier])
        return digest("barid-class-v1", 4, h1 + bytes([tier]) + z)

    def digests(self, h1):
        return [self.tier_digest(h1, tier) for tier in range(4)]

    def carried(self, salt):
        """C of 7.3: of all tiers together, which is the same for those who judge differently."""
        sums = [sum(tier[i] for tier in self.sums) % 2**64 for i in range(32)]
        return digest("barid-carried-v1", 4, salt + struct.pack("<I32Q", sum(self.counts), *sums))
