"""A person's desk, written from SPEC.md alone and with no code of ours: reading a card (6.1), sealing and opening (4), bodies (9)."""

import base64
import os
import struct
import time

from dissononce.cipher.chachapoly import ChaChaPolyCipher
from dissononce.dh.keypair import KeyPair
from dissononce.dh.x25519.private import PrivateKey
from dissononce.dh.x25519.public import PublicKey
from dissononce.dh.x25519.x25519 import X25519DH
from dissononce.exceptions.decrypt import DecryptFailedException
from dissononce.hash.sha256 import SHA256Hash
from dissononce.processing.handshakepatterns.oneway.X import XHandshakePattern
from dissononce.processing.impl.cipherstate import CipherState
from dissononce.processing.impl.handshakestate import HandshakeState
from dissononce.processing.impl.symmetricstate import SymmetricState

import barid_authority as authority
import barid_letters as letters

FAST, SLOW = 0, 1
PAYLOAD_HEADER = 28
SEAL_EXTRA = 96


def today():
    return (int(time.time()) - letters.EPOCH_2016) // 86400


def card(text):
    """(identity, day keys by (lane, day)) of the text form of a card."""
    digits = text.strip().upper().removeprefix("BARID:CARD:")
    data = base64.b32decode(digits + "=" * (-len(digits) % 8))
    data, check = data[:-4], data[-4:]
    assert check == letters.digest("barid-card-text-v1", 4, data), "the card's check"
    version, kind, first_day, days, name_len = struct.unpack_from("<BBHBB", data)
    assert (version, kind) == (1, 2), "an organisation's card"
    identity, keys, at = data[16:48], {}, 80 + name_len
    for day in range(first_day, first_day + days):
        for lane in (FAST, SLOW):
            keys[(lane, day)] = data[at:at + 32]
            at += 32
    assert at + 64 == len(data), "the card's length"
    return identity, keys


def head(major, value):
    """A CBOR head in its shortest form."""
    if value < 24:
        return bytes([major << 5 | value])
    for code, form in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if value < 1 << 8 * struct.calcsize(form):
            return bytes([major << 5 | code]) + struct.pack(form, value)
    raise ValueError(value)


def body_of(fields):
    """A body (9): one map of ascending integer keys."""
    out = head(5, len(fields))
    for key in sorted(fields):
        value = fields[key]
        out += head(0, key)
        if isinstance(value, int):
            out += head(0, value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += head(3 if isinstance(value, str) else 2, len(data)) + data
    return out


def fields_of(body):
    """The fields of a body whose values are numbers, texts and bytes."""
    def item(at):
        major, value = body[at] >> 5, body[at] & 31
        at += 1
        if value >= 24:
            size = 1 << value - 24
            value, at = int.from_bytes(body[at:at + size], "big"), at + size
        if major in (2, 3):
            data, at = body[at:at + value], at + value
            value = data.decode() if major == 3 else data
        return value, at

    count, at = item(0)
    fields = {}
    for _ in range(count):
        key, at = item(at)
        fields[key], at = item(at)
    assert at == len(body), "bytes behind a body"
    return fields


# --- what a body says (9.2, 9.3): every type's keys from 16 on, and the words of words and bits

SUBJECT = "name line, father line, origin line, age word, sex word"
TYPES = {
    1: ("safe", "people count, place line, going_to line, text text, " + SUBJECT + ", share bits"),
    2: ("seek", SUBJECT + ", place line, time time, text text, share bits"),
    3: ("seen", "news word, source told, place line, time time, text text, " + SUBJECT + ", share bits"),
    4: ("medevac", "place line, red count, yellow count, green count, litter count, walking count, children count, pregnant count, equip bits, "
                   "blood_group word, security word, marking line, hazards bits, callback line, text text"),
    5: ("patient", "number count, triage word, by word, age word, sex word, time time, mechanism line, injuries line, signs line, treatment line, "
                   "move word, place line, going_to line, text text"),
    6: ("incident", "major word, place line, kind word, hazards bits, access line, red count, yellow count, green count, dead count, present bits, "
                    "needed bits, time time, text text"),
    7: ("need", "sector bits, item line, quantity count, unit line, people count, children count, place line, text text"),
    8: ("transport", "line line, verb word, stop line, time time, seats count, group line, reason line, source word, text text"),
    9: ("alert", "event line, urgency word, severity word, certainty word, area line, headline line, instruction text, source word, text text"),
    10: ("facility", "name line, open word, beds count, services bits, lacks bits, until time, place line, text text"),
    11: ("headcount", "place line, people count, source word, text text"),
    12: ("letter", "text text"),
    13: ("receipt", "stage word, org line, text text"),
    16: ("claim", "claim tag, word word, until time, at time, who line"),
}
WORDS = {
    "equip": "stretcher oxygen ventilator incubator wheelchair dialysis blood",
    "hazards": "chemical uxo rubble fire sniper",
    "present": "ambulance rescue fire medic clearance transport",
    "sector": "water food infant medicine shelter fuel protection",
    "share": "family-tracing",
    "services": "surgery intensive oxygen blood dialysis maternity fuel",
    "security": "safe possible danger no-approach",
    "blood_group": "O- O+ A- A+ B- B+ AB- AB+",
    "verb": "planned boarding departed turned_back cancelled arrived",
    "source": "seen organiser heard",
    "told": "self saw heard",
    "age": "infant child youth adult elder",
    "sex": "female male",
    "news": "information_sought is_note_author believed_alive believed_missing believed_dead",
    "triage": "red yellow green grey black",
    "by": "layperson medic",
    "move": "waiting en_route arrived died released",
    "major": "declared standby no",
    "kind": "shelling airstrike gunfire explosion collapse fire chemical mine accident disease other",
    "open": "open limited full closed",
    "urgency": "immediate expected future past",
    "severity": "extreme severe moderate minor",
    "certainty": "observed likely possible unlikely",
    "word": "claimed released closed",
    "stage": "saved carried gateway received opened assigned answered closed",
}
WORDS["needed"], WORDS["lacks"] = WORDS["present"], WORDS["services"]
ALWAYS = {4: ("red", "yellow", "green", "litter", "walking")}


def said(kind, fields):
    """The JSON of a body's own keys."""
    out = dict.fromkeys(ALWAYS.get(kind, ()), 0)
    for key, entry in enumerate(TYPES[kind][1].split(", "), 16):
        name, form = entry.split()
        if key not in fields:
            continue
        value = fields[key]
        words = WORDS["told" if form == "told" else name].split() if form in ("word", "told", "bits") else []
        if form == "time":
            value = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(value))
        elif form == "tag":
            value = value.hex()
        elif form == "bits":
            value = [words[bit] if bit < len(words) else "other-%d" % bit for bit in range(32) if value >> bit & 1]
        elif words:
            value = words[value - 1] if value <= len(words) else "other-%d" % value
        out[name] = value
    return out


def claim_id(sender, kind, sent_at, body):
    """How every organisation that got a request names it (10)."""
    return letters.digest("barid-claim-v1", 16, sender + bytes([kind]) + sent_at.to_bytes(4, "little") + body)


def noise_x(initiator, prologue, own, other=None):
    state = HandshakeState(SymmetricState(CipherState(ChaChaPolyCipher()), SHA256Hash()), X25519DH())
    state.initialize(XHandshakePattern(), initiator, prologue, s=own, rs=PublicKey(other) if other else None)
    return state


def seal(own, recipient, kind, fields, number_class, holding, ticket=None, ticket_seed=None):
    """A finished envelope, and its receipt secret. With a ticket it is one of the ticket's day, on which it is spent."""
    body, secret = body_of(fields), os.urandom(16)
    plain = struct.pack("<BBI16sIH", kind, 0, int(time.time()), secret, 1, len(body)) + body
    outside = 32 + (184 if ticket else 0) + SEAL_EXTRA
    bucket = next(i for i, size in enumerate(letters.SIZES) if len(plain) + outside <= size)
    plain = plain.ljust(letters.SIZES[bucket] - outside, b"\0")
    commitment = letters.digest("barid-receipt-v1", 16, secret)
    extra, day = (letters.TICKET, ticket.day) if ticket else (0, today())
    header = letters.header_of(letters.SEALED, number_class, extra, bucket, holding, day, commitment)
    message = bytearray()
    noise_x(True, header + (ticket.encode() if ticket else b""), own, recipient).write_message(plain, message)
    if ticket:
        return authority.spent_on(header, ticket, bytes(message), ticket_seed), secret
    return letters.with_check(header + bytes(message)), secret


def opened(secret_key, envelope):
    """(writer's key, letter type, fields) if this key opens it, else None."""
    at = letters.content_at(envelope)
    prologue = envelope[:24] + bytes(8) + envelope[32:152 if at > 32 else 32]
    state = noise_x(False, prologue, key_pair_of(secret_key))
    plain = bytearray()
    try:
        state.read_message(envelope[at:], plain)
    except DecryptFailedException:
        return None
    kind, zero, _, secret, _, body_len = struct.unpack_from("<BBI16sIH", plain)
    assert zero == 0 and not any(plain[PAYLOAD_HEADER + body_len:]), "a payload's form"
    assert letters.digest("barid-receipt-v1", 16, secret) == envelope[8:24], "the commitment"
    return state.rs.data, kind, fields_of(bytes(plain[PAYLOAD_HEADER:PAYLOAD_HEADER + body_len]))


def key_pair_of(secret):
    return X25519DH().generate_keypair(PrivateKey(secret))


def person():
    """(identity key pair, secret of today's SLOW day key, its public key)."""
    identity, slow = X25519DH().generate_keypair(), X25519DH().generate_keypair()
    assert isinstance(identity, KeyPair)
    return identity, slow.private.data, slow.public.data
