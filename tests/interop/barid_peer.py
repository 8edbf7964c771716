"""A second implementation of a post's link, written from SPEC.md sections 2, 3 and 7 alone, on the Noise of noise_peer.py. It keeps its letters in
memory."""

import os
import socket
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import barid_letters as letters  # noqa: E402
from noise_peer import ACK, HELLO, LETTER, OFFER, WANT, LinkEnded, Peer, Wire, require  # noqa: E402

PUBLIC_COMMUNITY = bytes(32)
BLOCK = 64
SLOTS = 16


def class_digest(binding, number_class, ids):
    """7.3: what two posts compare to see whether they carry the same letters of a class."""
    lanes = [0, 0, 0, 0]
    for letter in ids:
        lanes = [(a + b) % 2**64 for a, b in zip(lanes, struct.unpack("<4Q", letter))]
    return letters.digest("barid-class-v1", 8, binding + struct.pack("<BI4Q", number_class, len(ids), *lanes))


def class_of(envelope):
    return envelope[2]


def bits_of(data, count):
    require(len(data) == (count + 7) // 8, "an ACK of %d bits has %d bytes" % (count, len(data)))
    bits = [data[i // 8] >> i % 8 & 1 == 1 for i in range(len(data) * 8)]
    require(not any(bits[count:]), "bits of an ACK past its count")
    return bits[:count]


class Neighbour:
    """One link, after its handshake. held: the letters this side says it carries, by id."""

    def __init__(self, connection, dial=True, psk=PUBLIC_COMMUNITY, gateway=None, held=(), seconds=10.0):
        self.connection = connection
        self.held = {letters.letter_id(envelope): envelope for envelope in held}
        self.peer = Peer(Wire(connection, seconds), gateway is not None, dial, psk if gateway is None else gateway).shake()
        self.binding = self.peer.state.symmetricstate.get_handshake_hash()
        self.offers = []  # (slot, tags) that the post made and this side has not answered

    @classmethod
    def dial(cls, port, **how):
        return cls(socket.create_connection(("127.0.0.1", port), 10), **how)

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, kind, payload):
        self.peer.send_message(kind, payload)

    def receive(self, kind):
        """The next message of a kind; OFFERs that come before it are kept."""
        while True:
            got, payload = self.peer.receive_message()
            if got == OFFER and kind != OFFER:
                self.offers.append(self.parse_offer(payload))
                continue
            require(got == kind, "message %d instead of %d" % (got, kind))
            return payload

    def digests(self, held):
        return [class_digest(self.binding, c, [i for i, e in held.items() if class_of(e) == c]) for c in range(4)]

    def hello_payload(self, flags=0, nonce=None):
        return bytes([1, flags]) + (nonce or os.urandom(6)) + bytes(4) + b"".join(self.digests(self.held))

    def greet(self, flags=0):
        """Exchanges HELLOs. Returns the post's flags and its four digests."""
        self.send(HELLO, self.hello_payload(flags))
        payload = self.receive(HELLO)
        require(len(payload) == 44 and payload[0] == 1 and payload[1] <= 1 and payload[8:12] == bytes(4), "HELLO %s" % payload.hex())
        return payload[1], [payload[12 + 8 * c:20 + 8 * c] for c in range(4)]

    @staticmethod
    def parse_offer(payload):
        slot, count = payload[0], payload[1]
        require(slot < SLOTS and 1 <= count <= BLOCK and len(payload) == 2 + 16 * count, "OFFER of %d bytes" % len(payload))
        return slot, [payload[2 + 16 * i:18 + 16 * i] for i in range(count)]

    def offer(self, slot, tags):
        """Offers; returns the WANT's bits as a list."""
        self.send(OFFER, bytes([slot, len(tags)]) + b"".join(tags))
        payload = self.receive(WANT)
        require(len(payload) == 9 and payload[0] == slot, "WANT %s" % payload.hex())
        (wanted,) = struct.unpack("<Q", payload[1:])
        require(wanted >> len(tags) == 0, "WANT for more than was offered")
        return [wanted >> i & 1 == 1 for i in range(len(tags))]

    def send_letter(self, slot, index, envelope):
        self.send(LETTER, bytes([slot, index]) + envelope)

    def acknowledged(self, count):
        """The bits of the next count letters, from as many ACKs as it takes."""
        bits = []
        while len(bits) < count:
            payload = self.receive(ACK)
            (n,) = struct.unpack_from("<H", payload)
            require(n >= 1, "an ACK of nothing")
            bits += bits_of(payload[2:], n)
        require(len(bits) == count, "%d letters acknowledged, %d sent" % (len(bits), count))
        return bits

    def give(self, envelopes, slot=0):
        """Offers letters of one class, sends what is wanted. Returns for each: None not wanted, else its bit in the ACK."""
        wanted = self.offer(slot, [letters.letter_id(e)[:16] for e in envelopes])
        for i, envelope in enumerate(envelopes):
            if wanted[i]:
                self.send_letter(slot, i, envelope)
        bits = iter(self.acknowledged(sum(wanted)) if any(wanted) else [])
        return [next(bits) if w else None for w in wanted]

    def give_spoilt(self, good, spoilt, slot=0):
        """Offers a good letter's tag and sends something else. Returns the bit of the ACK."""
        require(self.offer(slot, [letters.letter_id(good)[:16]]) == [True], "the letter is wanted")
        self.send_letter(slot, 0, spoilt)
        return self.acknowledged(1)[0]

    def want(self, slot, bits):
        self.send(WANT, struct.pack("<BQ", slot, bits))

    def next_offer(self):
        return self.offers.pop(0) if self.offers else self.parse_offer(self.receive(OFFER))

    def take_all(self, count, keep=True):
        """Asks for all the post offers until it has sent count letters; acknowledges them. Returns the envelopes in the order they came."""
        came, slots = [], {}
        while len(came) < count:
            while self.offers:
                slot, tags = self.offers.pop(0)
                require(slot not in slots, "slot %d is offered again while in use" % slot)
                slots[slot] = dict(enumerate(tags))
                self.want(slot, (1 << len(tags)) - 1)
            kind, payload = self.peer.receive_message()
            if kind == OFFER:
                self.offers.append(self.parse_offer(payload))
                continue
            require(kind == LETTER, "message %d instead of a LETTER" % kind)
            slot, index, envelope = payload[0], payload[1], payload[2:]
            require(letters.check_is_right(envelope), "the check of a letter")
            require(letters.letter_id(envelope)[:16] == slots[slot].pop(index), "the tag of a letter")
            if not slots[slot]:
                del slots[slot]
            came.append(envelope)
            self.held[letters.letter_id(envelope)] = envelope
            self.send(ACK, struct.pack("<HB", 1, 1 if keep else 0))
        return came

    def ended(self):
        """True if the post has ended the link, without a word that is not an OFFER, WANT or ACK of before."""
        try:
            while True:
                self.peer.receive_message()
        except (LinkEnded, ConnectionError) as end:
            return "time" not in str(end)
