"""A second implementation of a post's link, written from SPEC.md sections 2, 3 and 7 alone, on the Noise of noise_peer.py. It keeps its letters in
memory, and does by itself what an honest post does; tests that are not honest use send()."""

import os
import random
import socket
import struct
import sys
from collections import Counter, deque

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import barid_letters as letters  # noqa: E402
from barid_compare import Comparison  # noqa: E402
from barid_sketch import require  # noqa: E402
from noise_peer import ACK, ESTIMATE, GREETING, HELLO, LETTER, LIST, MORE_SUMS, NAMES, NEED, OFFER, PICK, REKEY, SKETCH, WANTS  # noqa: E402
from noise_peer import LinkEnded, Peer, Wire  # noqa: E402

PUBLIC_COMMUNITY = bytes(32)
BLOCK, SLOTS, UNACKNOWLEDGED_MAX, TAIL = 64, 16, 1024, 256
EVERYTHING = (0, 0, 120)  # wants: all, with room for a gigabyte
SAME = 8  # flag of a greeting: the glance was one's own
VERDICTS = ("solved", "more", "larger")


def bits_of(data, count):
    require(len(data) == (count + 7) // 8, "an ACK of %d bits has %d bytes" % (count, len(data)))
    bits = [data[i // 8] >> i % 8 & 1 == 1 for i in range(len(data) * 8)]
    require(not any(bits[count:]), "bits of an ACK past its count")
    return bits[:count]


def lane_group(frequency, port, address, bssid, ssid, passphrase):
    """The payload of a LANE that says how to join (SPEC.md 7.11)."""
    return struct.pack("<HH", frequency, port) + address + bssid + bytes([len(ssid)]) + ssid + bytes([len(passphrase)]) + passphrase


def twin_of(handshake_hash):
    return letters.digest("barid-twin-v1", 16, handshake_hash)


class Neighbour:
    """One link, after its handshake. held: the envelopes this side carries; remembered: envelopes it had and does not want again; change:
    what a dishonest responder makes of its greeting; judge: whom it believes."""

    def __init__(self, connection, dial=True, psk=PUBLIC_COMMUNITY, gateway=None, held=(), remembered=(), seconds=10.0, wants=EVERYTHING, flags=0,
                 nonce=None, change=lambda greeting: greeting, judge=letters.Nobody):
        self.connection, self.wants, self.flags, self.nonce = connection, wants, flags, nonce or os.urandom(6)
        self.judge = judge
        self.counts = Counter()  # of messages, by name; a NEED by its verdict too; "to" or "from" the other side
        self.held = {letters.letter_id(envelope): envelope for envelope in held}
        self.shown = letters.Shown(held, judge)
        self.remembered = {tag: letter._replace(envelope=None) for tag, letter in letters.Shown(remembered, judge).letters.items()}
        self.seconds = seconds
        self.wire = Wire(connection, seconds)
        self.peer = Peer(self.wire, gateway is not None, dial, psk if gateway is None else gateway)
        self.peer.shake(self.shown.carried, lambda _, h1: change(self.greeting(h1)))
        self.binding = self.peer.binding
        self.compare = Comparison(self.binding, self.shown, self.remembered, wants, self.send, self.lacks, self.may_lack)
        self.came, self.acknowledged = [], []  # envelopes in order; (envelope, bit) in order
        self.outgoing, self.to_offer, self.unacknowledged, self.known_there = deque(), deque(), deque(), set()
        self.offers = {}  # slot: tags, made and not yet answered
        self.offered, self.picks = [], {}  # (slot, tags) of theirs; slot: bits of theirs
        self.keeps = self.acknowledges = self.answers_offers = self.offers_tail = True
        if dial:
            self.their_flags, self.their_nonce, self.their_wants, self.their_digests = self.parse_greeting(self.peer.greeting)
            self.compare.their_wants = self.their_wants
            differ = [ours != theirs for ours, theirs in zip(self.shown.digests(self.peer.h1), self.their_digests)]
            self.differing = 0 if self.found_same else sum(1 << tier for tier in range(4) if differ[tier])
            self.compare.equal = 15 & ~self.differing

    @classmethod
    def dial(cls, port, **how):
        return cls(socket.create_connection(("127.0.0.1", port), 10), **how)

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # --- greeting

    def encoded_wants(self):
        return struct.pack("<BHB", *self.wants)

    @staticmethod
    def parse_wants(data):
        require(len(data) == 4 and data[0] <= 64, "wants %s" % data.hex())
        return struct.unpack("<BHB", data)

    def greeting(self, h1):
        flags = self.flags | (SAME if self.shows_the_same() else 0)
        return bytes([flags]) + self.nonce + self.encoded_wants() + b"".join(self.shown.digests(h1))

    def parse_greeting(self, data):
        require(len(data) == GREETING and data[0] & ~SAME <= 1, "greeting %s" % data.hex())
        self.found_same = data[0] & SAME != 0
        return data[0] & ~SAME, data[1:7], self.parse_wants(data[7:11]), [data[11 + 4 * c:15 + 4 * c] for c in range(4)]

    def hello(self):
        return bytes([self.flags]) + self.nonce + self.encoded_wants() + bytes([self.differing])

    def shows_the_same(self):
        """What a responder sees of the initiator's glance."""
        return self.peer.glance == self.shown.carried(self.peer.state.re.data)

    def greet(self):
        """The first flight of either side, up to and with HELLO. Returns the other's flags."""
        if self.peer.dial:
            self.send(HELLO, self.hello())
            self.offer_tail()
            return self.their_flags
        opened = not self.shows_the_same()
        if opened:
            self.compare.first_flight()
        kind, payload = self.peer.receive_message()
        require(kind == HELLO and len(payload) == 12 and payload[0] <= 1 and payload[11] < 16, "HELLO %d %s" % (kind, payload.hex()))
        self.their_flags, self.their_nonce, self.their_wants = payload[0], payload[1:7], self.parse_wants(payload[7:11])
        self.compare.their_wants, self.compare.equal = self.their_wants, 15 & ~payload[11]
        self.differing = payload[11]
        if self.differing and not opened:
            self.compare.first_flight()
        self.offer_tail()
        return self.their_flags

    # --- messages

    def count(self, way, kind, payload):
        self.counts["%s %s" % (way, NAMES.get(kind, kind))] += 1
        if kind == NEED and payload and payload[0] < len(VERDICTS):
            self.counts["%s %s" % (way, VERDICTS[payload[0]])] += 1

    def send(self, kind, payload):
        self.count("to", kind, payload)
        self.peer.send_message(kind, payload)

    def rekey(self):
        self.send(REKEY, b"")
        self.peer.rekey(self.peer.sending)

    def waits(self, seconds):
        """True if something came within so many seconds."""
        return self.peer.has_message() or self.wire.waits(seconds)

    def turn(self):
        """Takes one message, and says what an honest post says to it."""
        kind, payload = self.peer.receive_message()
        self.count("from", kind, payload)
        if kind in (ESTIMATE, SKETCH, MORE_SUMS, LIST, NEED):
            self.compare.take(kind, payload)
        elif kind == WANTS:
            self.their_wants = self.compare.their_wants = self.parse_wants(payload)
        else:
            require(kind in (OFFER, PICK, LETTER, ACK), "message %d" % kind)
            {OFFER: self.take_offer, PICK: self.take_pick, LETTER: self.take_letter, ACK: self.take_ack}[kind](payload)
        self.flush()
        return kind, payload

    def run(self, until, seconds=None):
        """Takes messages until a condition holds; LinkEnded if it does not in time."""
        self.flush()
        if seconds is not None:
            self.wire.extend(seconds)
        while not until():
            self.turn()

    def run_until_quiet(self, seconds=0.7):
        """Takes messages until nothing came for so long, and this side has nothing to say."""
        self.flush()
        while self.waits(seconds):
            self.turn()

    # --- letters

    def lacks(self, letter):
        if letter.envelope is None:
            self.shown.remove(letter.tag)  # shown, not carried, and somebody would like to have it
        elif letter.tag not in self.known_there and (letter.rank, letter.day) >= self.compare.floor():
            self.known_there.add(letter.tag)
            self.outgoing.append(letter)

    def may_lack(self, letter):
        if letter.envelope and letter.tag not in self.known_there and (letter.rank, letter.day) >= self.compare.floor():
            self.to_offer.append(letter.tag)

    def flush(self):
        while self.to_offer and len(self.offers) < SLOTS:
            slot = max(slot for slot in range(SLOTS) if slot not in self.offers)
            self.say_offer(slot, [self.to_offer.popleft() for _ in range(min(BLOCK, len(self.to_offer)))])
        self.outgoing = deque(sorted(self.outgoing, key=lambda l: (-l.rank, -l.day)))
        while self.outgoing and len(self.unacknowledged) < UNACKNOWLEDGED_MAX:
            self.send_letter(self.outgoing.popleft().envelope)

    def send_letter(self, envelope):
        self.send(LETTER, envelope)
        self.unacknowledged.append(envelope)

    def give(self, envelopes, hold=True):
        """Pushes letters, which this side holds or only says. Returns their bits in the ACKs."""
        before = len(self.acknowledged) + len(self.unacknowledged)
        for envelope in envelopes:
            if hold:
                self.hold(envelope)
            self.send_letter(envelope)
        self.run(lambda: not self.unacknowledged)
        return [bit for _, bit in self.acknowledged[before:]]

    def hold(self, envelope):
        letter = letters.Letter.of(envelope, self.judge)
        self.shown.add(letter)
        self.held[letters.letter_id(envelope)] = envelope
        self.known_there.add(letter.tag)

    def take_letter(self, envelope):
        require(len(envelope) in letters.SIZES and letters.check_is_right(envelope), "a spoilt letter")
        tag = letters.letter_id(envelope)[:letters.TAG]
        if tag in self.remembered:
            self.shown.add(self.remembered[tag])
        elif self.keeps:
            self.hold(envelope)
        self.came.append(envelope)
        if self.acknowledges:
            self.send(ACK, struct.pack("<HB", 1, 1 if self.keeps else 0))

    def take_ack(self, payload):
        (n,) = struct.unpack_from("<H", payload)
        require(1 <= n <= len(self.unacknowledged), "an ACK of %d letters, %d sent" % (n, len(self.unacknowledged)))
        self.acknowledged += [(self.unacknowledged.popleft(), bit) for bit in bits_of(payload[2:], n)]

    def take_all(self, count):
        """Compares until the other side has sent count letters in all. Returns the envelopes in the order they came."""
        self.run(lambda: len(self.came) >= count)
        return self.came

    # --- news

    def take_offer(self, payload):
        slot, count = payload[0], payload[1]
        require(slot < SLOTS and 1 <= count <= BLOCK and len(payload) == 2 + 16 * count, "OFFER of %d bytes" % len(payload))
        tags = [payload[2 + 16 * i:18 + 16 * i] for i in range(count)]
        self.offered.append((slot, tags))
        if self.answers_offers:
            known = [tag in self.shown.letters or tag in self.remembered for tag in tags]
            self.pick(slot, sum(1 << i for i in range(count) if not known[i]))

    def offer_tail(self):
        """Letters below the floor, others at every contact, in the last slots (7.4)."""
        if not self.differing or not self.offers_tail:
            return
        floor = self.compare.floor()
        tags = [letter.tag for letter in self.shown.letters.values() if letter.envelope and (letter.rank, letter.day) < floor]
        tags = random.sample(tags, min(TAIL, len(tags)))
        for at in range(0, len(tags), BLOCK):
            self.say_offer(SLOTS - 1 - at // BLOCK, tags[at:at + BLOCK])

    def say_offer(self, slot, tags):
        self.offers[slot] = tags
        self.send(OFFER, bytes([slot, len(tags)]) + b"".join(tags))

    def pick(self, slot, bits):
        self.send(PICK, struct.pack("<BQ", slot, bits))

    def take_pick(self, payload):
        require(len(payload) == 9 and payload[0] in self.offers, "PICK %s" % payload.hex())
        slot, bits = struct.unpack("<BQ", payload)
        tags = self.offers.pop(slot)
        require(bits >> len(tags) == 0, "PICK of more than was offered")
        self.picks[slot] = [bits >> i & 1 == 1 for i in range(len(tags))]
        for tag, picked in zip(tags, self.picks[slot]):
            if picked and tag in self.shown.letters and self.shown.letters[tag].envelope:
                self.known_there.add(tag)
                self.outgoing.append(self.shown.letters[tag])  # above the floor or not

    def offer(self, slot, tags):
        """Offers; returns the PICK's bits."""
        self.say_offer(slot, tags)
        self.run(lambda: slot not in self.offers)
        return self.picks[slot]

    def ended(self):
        """True if the other side ends the link. What it said before does not matter."""
        try:
            while True:
                self.peer.receive_message()
        except (LinkEnded, ConnectionError) as end:
            return "time" not in str(end)
