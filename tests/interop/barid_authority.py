"""Who vouches for a letter, written from SPEC.md sections 3, 5, 6 and 12 alone and with no code of ours: tickets, certificates, revocations, what a
carrier checks of any letter, what it is worth to one who believes some organisations, grants, shares, and what day it is."""

import base64
import struct
from collections import namedtuple

import barid_letters as letters
from barid_letters import CERTIFICATE, CONTROL, NOTICE, RECEIPTS, SEALED, TICKET, URGENT, digest
from barid_sketch import Malformed, require
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MEDIC, MARSHAL, CIVILIAN = 1, 2, 3
TRANSPORT, ALERT, HEADCOUNT = 8, 9, 11
SCOPES = {TRANSPORT: 1, ALERT: 2, HEADCOUNT: 4}
INFO, STOP, SAFE = 1, 3, 7
DAYS_REACHED, SLOTS, ENTRIES_MAX = 60, 32, 100
NOTICE_VALID_MAX, CERTIFICATE_VALID_MAX = 259200, 2592000
TICKET_TOO_OLD = 9


# --- signatures (1.3)

def public_of(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(domain, data, seed):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(domain.encode() + b"\0" + data)


def signed(domain, data, signature, key):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, domain.encode() + b"\0" + data)
        return True
    except (InvalidSignature, ValueError):
        return False


def day_of(unix):
    return max(0, min(65535, (unix - letters.EPOCH_2016) // 86400))


# --- tickets (12.1)

def issuer_of(organisation):
    return digest("barid-issuer-v1", 8, organisation)


def linkage_seed(seed, days):
    """The seed so many days later."""
    for _ in range(days):
        seed = digest("barid-linkage-step-v1", 32, seed)
    return seed


def linkage_of(seed, slot):
    return digest("barid-linkage-v1", 12, seed + bytes([slot]))


class Ticket(namedtuple("Ticket", "key issuer role slot day linkage signature")):
    FORM = struct.Struct("<32s8sBBH12s64s")

    @classmethod
    def decode(cls, data):
        ticket = cls(*cls.FORM.unpack(data))
        require(MEDIC <= ticket.role <= CIVILIAN and ticket.slot < SLOTS, "a ticket %s" % data[40:44].hex())
        return ticket

    def encode(self):
        return self.FORM.pack(*self)

    def is_of(self, organisation):
        return self.issuer == issuer_of(organisation) and signed("barid-ticket-v1", self.encode()[:56], self.signature, organisation)

    def killed_by(self, day, seed):
        return day <= self.day <= day + DAYS_REACHED and linkage_of(linkage_seed(seed, self.day - day), self.slot) == self.linkage


def ticket_for(organisation_seed, key, role, slot, day, linkage):
    blank = Ticket(key, issuer_of(public_of(organisation_seed)), role, slot, day, linkage, bytes(64))
    return blank._replace(signature=sign("barid-ticket-v1", blank.encode()[:56], organisation_seed))


# --- certificates (12.2)

class Certificate(namedtuple("Certificate", "subject organisation scope zero not_before not_after commitment signature")):
    FORM = struct.Struct("<32s32sB3sII16s64s")

    @classmethod
    def decode(cls, data):
        found = cls(*cls.FORM.unpack(data))
        require(1 <= found.scope <= 7 and not any(found.zero) and 0 < found.not_after - found.not_before <= CERTIFICATE_VALID_MAX, "a certificate")
        require(signed("barid-certificate-v1", data[:92], found.signature, found.organisation), "a certificate's signature")
        return found

    def encode(self):
        return self.FORM.pack(*self)


def commitment_of(secret):
    return digest("barid-revoke-v1", 16, secret)


def certificate_for(organisation_seed, subject, scope, not_before, not_after, commitment):
    blank = Certificate(subject, public_of(organisation_seed), scope, bytes(3), not_before, not_after, commitment, bytes(64))
    return blank._replace(signature=sign("barid-certificate-v1", blank.encode()[:92], organisation_seed))


# --- letters with an extra, made

def spent_on(header, ticket, content, ticket_seed):
    """The sealed letter of header, ticket and Noise message on which the ticket is spent."""
    blank = header + ticket.encode() + bytes(64) + content
    spend = sign("barid-spend-v1", letters.letter_id(blank), ticket_seed)
    return letters.with_check(blank[:152] + spend + blank[216:])


def ticketed(ticket, ticket_seed, number_class, random, bucket=1, holding=1, secret=None):
    """A sealed letter that nobody can open."""
    commitment = digest("barid-receipt-v1", 16, secret or random(16))
    header = letters.header_of(SEALED, number_class, TICKET, bucket, holding, ticket.day, commitment)
    return spent_on(header, ticket, random(letters.SIZES[bucket] - 216), ticket_seed)


def public_letter(domain, header, content, seed):
    """Signed, filled up, with its check; header without its bucket."""
    bucket = next(i for i, size in enumerate(letters.SIZES) if len(header) + len(content) + 64 <= size)
    header = header[:3] + bytes([header[3] | bucket]) + header[4:]
    whole = header + content + sign(domain, header + content, seed)
    return letters.with_check(whole.ljust(letters.SIZES[bucket], b"\0"))


def notice(seed, topic, body=b"\xa0", extra=None, **also):
    """extra: a Ticket or a Certificate of this key."""
    said = {"seq": 1, "issued": 1800000000, "not_after": 1800003600, "verb": INFO, "type": TRANSPORT, "number_class": letters.NEED, "holding": 1}
    said.update(also)
    number = {type(None): 0, Ticket: TICKET, Certificate: CERTIFICATE}[type(extra)]
    day = extra.day if number == TICKET else day_of(said["issued"])
    header = letters.header_of(NOTICE, said["number_class"], number, 0, said["holding"], day) + (extra.encode() if extra else b"")
    numbers = [said[name] for name in ("seq", "issued", "not_after", "verb", "type")]
    content = struct.pack("<32s8sIIIBB4xH", public_of(seed), topic, *numbers, len(body))
    return public_letter("barid-notice-v1", header, content + body, seed)


def revocation(seed, entries, issued=1800000000, ticket=None):
    """entries: (day, secret) pairs. seed: an organisation's or the ticket's."""
    header = letters.header_of(CONTROL, URGENT, TICKET if ticket else 0, 0, 3, ticket.day if ticket else day_of(issued))
    header += ticket.encode() if ticket else b""
    content = struct.pack("<BBHI32s", 2, len(entries), 0, issued, public_of(seed)) + b"".join(struct.pack("<H32s", *entry) for entry in entries)
    return public_letter("barid-revocation-v1", header, content, seed)


def organisation_card(seed, name, issued, seq=1, identity=b"\x09" + bytes(31)):
    """An organisation's card without day keys (6.1)."""
    data = name.encode()
    card = struct.pack("<BBHBBHII32s32s", 1, 2, 0, 0, len(data), 0, seq, issued, identity, public_of(seed)) + data
    return card + sign("barid-card-v1", card, seed)


def card_text(card):
    return "BARID:CARD:" + base64.b32encode(card + digest("barid-card-text-v1", 4, card)).decode().rstrip("=")


def control_letter(card):
    """The only envelope of an organisation's card (6.2)."""
    bucket = next(i for i, size in enumerate(letters.SIZES) if 32 + len(card) <= size)
    (issued,) = struct.unpack_from("<I", card, 12)
    return letters.with_check((letters.header_of(CONTROL, letters.NEED, 0, bucket, 3, day_of(issued)) + card).ljust(letters.SIZES[bucket], b"\0"))


# --- what a carrier checks of any letter (3, 5, 6.2, 8.1, 12)

class Outside(namedtuple("Outside", "kind number_class ticket certificate organisation issued entries")):
    """organisation: whose word it is, if one that bears its signature or a certificate; entries: of a revocation."""


def examined(envelope):
    """Malformed if it is to be refused."""
    require(len(envelope) in letters.SIZES and letters.check_is_right(envelope), "length or check")
    version, kind, second, third, day, zero = struct.unpack_from("<BBBBHH", envelope)
    number_class, extra, bucket, holding = second & 15, second >> 4, third & 15, third >> 4
    require(version == 1 and SEALED <= kind <= RECEIPTS and number_class < 4 and holding < 4 and zero == 0 and not any(envelope[24:28]), "a header")
    require(bucket < 4 and letters.SIZES[bucket] == len(envelope), "a bucket")
    require(any(envelope[8:24]) == (kind == SEALED), "a commitment")
    may_have_ticket = kind in (NOTICE, CONTROL) or (kind == SEALED and bucket > 0)
    require(extra == 0 or (extra == TICKET and may_have_ticket) or (extra == CERTIFICATE and kind == NOTICE), "an extra")
    ticket = Ticket.decode(envelope[32:152]) if extra == TICKET else None
    require(ticket is None or ticket.day == day, "a ticket of another day")
    certificate = Certificate.decode(envelope[32:188]) if extra == CERTIFICATE else None
    if kind == SEALED:
        require(ticket is None or signed("barid-spend-v1", letters.letter_id(envelope), envelope[152:216], ticket.key), "an unspent ticket")
        return Outside(kind, number_class, ticket, None, None, 0, ())
    if kind == RECEIPTS:
        n = envelope[32]
        require(1 <= n <= (len(envelope) - 48) // 32 and not any(envelope[33:48]) and not any(envelope[48 + 32 * n:]), "receipts")
        return Outside(kind, number_class, None, None, None, 0, ())
    if kind == NOTICE:
        return examined_notice(envelope, number_class, ticket, certificate)
    if letters.is_revocation(envelope):
        return examined_revocation(envelope, ticket)
    return examined_card(envelope)


def public_end(envelope, domain, key):
    """Checks signature and filling of a public letter."""
    end = letters.signed_end(envelope)
    require(end + 64 <= len(envelope) and not any(envelope[end + 64:]), "filling")
    require(signed(domain, envelope[:24] + bytes(8) + envelope[32:end], envelope[end:end + 64], key), "a signature")


def examined_notice(envelope, number_class, ticket, certificate):
    at = letters.content_at(envelope)
    issuer, _, seq, issued, not_after, verb, kind, zero, _ = struct.unpack_from("<32s8sIIIBB4sH", envelope, at)
    require(seq >= 1 and 0 < not_after - issued <= NOTICE_VALID_MAX and INFO <= verb <= SAFE and kind in SCOPES and not any(zero), "a notice")
    if ticket:
        require(issuer == ticket.key and seq == 1 and verb in (INFO, STOP), "a witness's notice")
    if certificate:
        require(issuer == certificate.subject and certificate.scope & SCOPES[kind], "a certificate for something else")
        require(certificate.not_before <= issued <= certificate.not_after, "a certificate of another time")
    public_end(envelope, "barid-notice-v1", issuer)
    organisation = None if ticket else certificate.organisation if certificate else issuer
    return Outside(NOTICE, number_class, ticket, certificate, organisation, issued, ())


def examined_revocation(envelope, ticket):
    at, (number_class, third, day) = letters.content_at(envelope), struct.unpack_from("<BBH", envelope, 2)
    form, n, zero, issued, issuer = struct.unpack_from("<BBHI32s", envelope, at)
    end = at + 40 + 34 * n
    require(form == 2 and 1 <= n <= ENTRIES_MAX and zero == 0 and end + 64 <= len(envelope), "a revocation")
    require(number_class & 15 == URGENT and third >> 4 == 3 and day == (ticket.day if ticket else day_of(issued)), "a revocation's header")
    require(len(envelope) == min(size for size in letters.SIZES if size >= end + 64), "a revocation's bucket")
    require(ticket is None or issuer == ticket.key, "a revocation by another key than its ticket's")
    public_end(envelope, "barid-revocation-v1", issuer)
    entries = tuple(struct.unpack_from("<H32s", envelope, at + 40 + 34 * i) for i in range(n))
    return Outside(CONTROL, URGENT, ticket, None, None if ticket else issuer, issued, entries)


def examined_card(envelope):
    (number_class, third, day) = struct.unpack_from("<BBH", envelope, 2)
    version, kind, first, days, name_len, zero, _, issued, _, signing = struct.unpack_from("<BBHBBHII32s32s", envelope, 32)
    end = letters.signed_end(envelope)
    require((version, kind, zero) == (1, 2, 0) and days <= 28 and first + days <= 65535 and 1 <= name_len <= 64, "a card")
    require(number_class == letters.NEED and third >> 4 == 3 and day == day_of(issued), "a card's header")
    require(len(envelope) == min(size for size in letters.SIZES if size >= end + 64) and not any(envelope[end + 64:]), "a card's bucket")
    require(signed("barid-card-v1", envelope[32:end], envelope[end:end + 64], signing), "a card's signature")
    return Outside(CONTROL, letters.NEED, None, None, signing, issued, ())


def is_refused(envelope):
    try:
        examined(envelope)
        return False
    except (Malformed, struct.error):
        return True


# --- what it is worth (12.4, 12.7)

class Judge:
    """One who believes organisations. take() each letter that is carried; rank() tells what it is worth now."""

    def __init__(self, *organisations, clock=None):
        self.organisations = {issuer_of(key): key for key in organisations}
        self.revoked = set()  # (day, secret)
        self.spent = {}  # ticket key: lowest id
        self.settled = set()  # ids of notices that came while their certificate was good
        self.voices, self.clock, self.day = {}, clock, None

    def _vouches(self, outside, own_id):
        """The organisation believed here whose ticket or word it is, or None."""
        if outside.ticket:
            organisation = self.organisations.get(outside.ticket.issuer)
            if not organisation or not outside.ticket.is_of(organisation):
                return None
            if any(outside.ticket.killed_by(*entry) for entry in self.revoked) or self.spent.get(outside.ticket.key, own_id) < own_id:
                return None
            too_old = self.day is not None and outside.ticket.day + TICKET_TOO_OLD < self.day
            return None if too_old else organisation
        if outside.certificate and own_id not in self.settled:
            if outside.certificate.commitment in {commitment_of(secret) for _, secret in self.revoked}:
                return None
        return outside.organisation if outside.organisation in self.organisations.values() else None

    def rank(self, envelope):
        outside = examined(envelope)
        if self._vouches(outside, letters.letter_id(envelope)) is None:
            return letters.unproven_rank(envelope)
        urgent = outside.number_class == URGENT
        if outside.ticket:
            urgent = urgent and outside.kind == SEALED and outside.ticket.role == MEDIC
        weight = 3 if outside.kind == CONTROL else 2 if urgent else 1 if outside.number_class >= letters.NEED else 0
        return 48 + 4 * weight + 3 - (envelope[3] & 15)

    def take(self, envelope):
        """Learns what a letter that is carried from now on says: that its ticket is spent, what is revoked, what day it is."""
        outside, own_id = examined(envelope), letters.letter_id(envelope)
        organisation = self._vouches(outside, own_id)
        if outside.ticket and organisation:
            self.spent[outside.ticket.key] = min(own_id, self.spent.get(outside.ticket.key, own_id))
        if organisation:
            self.revoked |= set(outside.entries)
        if organisation and outside.certificate:
            self.settled.add(own_id)
        if organisation and not outside.ticket:
            self.voices[organisation] = max(outside.issued, self.voices.get(organisation, 0))
        self.turn()

    def turn(self):
        days = sorted((day_of(time) for time in [*self.voices.values(), *([self.clock] if self.clock is not None else [])]), reverse=True)
        if len(days) >= 2:
            today = max(days[1], min(days[0], days[1] + 1))
            self.day = max(today, self.day or 0)


# --- grants and shares (12.6)

class Grant(namedtuple("Grant", "organisation key_seed role day tickets shares certificate certificate_seed")):
    """tickets: (slot, linkage, signature); shares: (name, x, day, value)."""

    @classmethod
    def decode(cls, data):
        version, flags, role, n, m, day, organisation, key_seed = struct.unpack_from("<BBBBBH32s32s", data)
        require(version == 1 and flags <= 1 and MEDIC <= role <= CIVILIAN and n <= SLOTS and m <= 16, "a grant's head")
        tickets, shares, at = [], [], 71
        for _ in range(n):
            tickets.append(struct.unpack_from("<B12s64s", data, at))
            at += 77
        for _ in range(m):
            length = data[at]
            require(1 <= length <= 32 and at + 1 + length + 35 <= len(data), "a share's name")
            x, share_day, value = struct.unpack_from("<BH32s", data, at + 1 + length)
            shares.append((data[at + 1:at + 1 + length].decode(), x, share_day, value))
            at += 1 + length + 35
        slots = [slot for slot, _, _ in tickets]
        require(slots == sorted(set(slots)) and all(slot < SLOTS for slot in slots) and all(x for _, x, _, _ in shares), "a grant's slots and places")
        require(len(data) == at + 188 * flags, "a grant's length")
        return cls(organisation, key_seed, role, day, tickets, shares, data[at:at + 156] or None, data[at + 156:] or None)

    def encode(self):
        counts = len(self.tickets), len(self.shares)
        out = struct.pack("<BBBBBH32s32s", 1, 1 if self.certificate else 0, self.role, *counts, self.day, self.organisation, self.key_seed)
        out += b"".join(struct.pack("<B12s64s", *ticket) for ticket in self.tickets)
        for name, x, day, value in self.shares:
            out += bytes([len(name.encode())]) + name.encode() + struct.pack("<BH32s", x, day, value)
        return out + (self.certificate + self.certificate_seed if self.certificate else b"")

    def ticket(self, i):
        """(Ticket, private key) number i."""
        slot, linkage, signature = self.tickets[i]
        seed = digest("barid-ticket-key-v1", 32, self.key_seed + struct.pack("<HB", self.day, slot))
        return Ticket(public_of(seed), issuer_of(self.organisation), self.role, slot, self.day, linkage, signature), seed


def times(a, b):
    """In GF(2^8) modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    for bit in range(8):
        product ^= (a << bit) * (b >> bit & 1)
    for bit in range(14, 7, -1):
        product ^= (0x11b << bit - 8) * (product >> bit & 1)
    return product


INVERSE = {a: next(b for b in range(1, 256) if times(a, b) == 1) for a in range(1, 256)}
assert times(0x57, 0x83) == 0xc1, "FIPS 197, 4.2"


def share_of(secret, slope, x):
    return bytes(s ^ times(r, x) for s, r in zip(secret, slope))


def joined(x1, y1, x2, y2):
    return bytes(times(times(x2, a) ^ times(x1, b), INVERSE[x1 ^ x2]) for a, b in zip(y1, y2))
