#!/usr/bin/python3
"""An independent end of a Barid link, written from SPEC.md with Debian's python3-dissononce and no code of ours.

    noise_peer.py check ECHO-PROGRAM...             runs every case against tests/interop/noise_echo, as both ends of both kinds of link
    noise_peer.py dial HOST:PORT   [KEY] [--for SECONDS]     greets a post or gateway, prints the messages it sends
    noise_peer.py answer HOST:PORT [KEY] [--for SECONDS]     waits for a post to dial, then the same

KEY is --psk HEX (a neighbour; without it the community key of 32 zero bytes), --gateway-key HEX (dial) or --gateway-secret HEX (answer). The last two
commands succeed if the handshake was completed and, where this side answers, at least one record opened.
"""

import argparse
import logging
import os
import select
import socket
import struct
import subprocess
import sys
import time

from dissononce.cipher.chachapoly import ChaChaPolyCipher
from dissononce.dh.keypair import KeyPair
from dissononce.dh.x25519.private import PrivateKey
from dissononce.dh.x25519.public import PublicKey
from dissononce.dh.x25519.x25519 import X25519DH
from dissononce.exceptions.decrypt import DecryptFailedException
from dissononce.hash.sha256 import SHA256Hash
from dissononce.processing.handshakepatterns.interactive.NK import NKHandshakePattern
from dissononce.processing.handshakepatterns.interactive.NN import NNHandshakePattern
from dissononce.processing.impl.cipherstate import CipherState
from dissononce.processing.impl.handshakestate import HandshakeState
from dissononce.processing.impl.symmetricstate import SymmetricState
from dissononce.processing.modifiers.psk import PSKPatternModifier

UNIT = 270
UNITS_MAX = 15
KEY_AND_TAG = 48
GLANCE, GREETING = 4, 27
HANDSHAKE = KEY_AND_TAG + GLANCE
PAYLOAD_MAX = 4096
HELLO, WANTS, ESTIMATE, SKETCH, MORE_SUMS, LIST, NEED, OFFER, PICK, LETTER, ACK, REKEY, LANE, LANE_ANSWER, TWIN = range(1, 16)
NAMES = dict(enumerate("HELLO WANTS ESTIMATE SKETCH MORE LIST NEED OFFER PICK LETTER ACK REKEY LANE LANE_ANSWER TWIN".split(), 1))


class LinkEnded(Exception):
    pass


def require(condition, what):
    if not condition:
        raise AssertionError(what)


class Pipe:
    """A child process whose standard input and output are the link."""

    def __init__(self, command):
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def send(self, data):
        try:
            self.child.stdin.write(data)
        except BrokenPipeError:
            pass  # it has ended; the next receive() or end() tells how

    def receive(self, n):
        data = b""
        while len(data) < n:
            part = self.child.stdout.read(n - len(data))
            if not part:
                raise LinkEnded("end of output")
            data += part
        return data

    def end(self):
        """Ends the input; what it still said, and its exit code."""
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass
        rest = self.child.stdout.read()
        self.child.stdout.close()
        return rest, self.child.wait(10)


class Wire:
    """A connection as the link. It reads while it waits to write, so that two sides with much to say do not wait for each other."""

    def __init__(self, connection, seconds):
        self.connection, self.arrived = connection, bytearray()
        self.extend(seconds)

    def extend(self, seconds):
        """So long from now."""
        self.deadline = time.monotonic() + seconds

    def wait(self, writing=False, seconds=None):
        """(readable, writable), at least one of them."""
        left = self.deadline - time.monotonic() if seconds is None else seconds
        readable, writable, _ = select.select([self.connection], [self.connection] if writing else [], [], max(0, left))
        if not readable and not writable:
            raise LinkEnded("time is up")
        return readable, writable

    def read(self):
        part = self.connection.recv(1 << 16)
        if not part:
            raise LinkEnded("the other side closed")
        self.arrived += part

    def send(self, data):
        while data:
            readable, _ = self.wait(writing=True)
            if readable:
                self.read()
            else:
                data = data[self.connection.send(data, socket.MSG_DONTWAIT):]

    def receive(self, n):
        while len(self.arrived) < n:
            self.wait()
            self.read()
        data = bytes(self.arrived[:n])
        del self.arrived[:n]
        return data

    def waits(self, seconds):
        """True if something came within so many seconds."""
        try:
            return bool(self.arrived or self.wait(seconds=seconds))
        except LinkEnded:
            return False


def key_pair(secret=None):
    return X25519DH().generate_keypair(PrivateKey(secret) if secret else None)


class Peer:
    def __init__(self, link, gateway, dial, key, ephemeral=None):
        """key: the psk; of a gateway link the public key (dial) or the KeyPair (answer)."""
        self.link, self.dial = link, dial
        self.plain = b""
        self.record_sizes = set()
        self.state = HandshakeState(SymmetricState(CipherState(ChaChaPolyCipher()), SHA256Hash()), X25519DH())
        if gateway:
            self.state.initialize(NKHandshakePattern(), dial, b"barid-gate-v1", s=None if dial else key, rs=PublicKey(key) if dial else None)
        else:
            pattern = PSKPatternModifier(0).modify(NNHandshakePattern())
            self.state.initialize(pattern, dial, b"barid-link-v1", psks=(key,))
        self.ephemeral = ephemeral or key_pair()  # drawn now: the glance speaks of it
        self.state._dh.generate_keypair = lambda: self.ephemeral

    def hash(self):
        return self.state.symmetricstate.get_handshake_hash()

    def write_handshake(self, payload):
        message = bytearray()
        ciphers = self.state.write_message(payload, message)
        require(len(message) == KEY_AND_TAG + len(payload), "our handshake message has %d bytes" % len(message))
        self.link.send(bytes(message))
        return ciphers

    def read_handshake(self, size):
        payload = bytearray()
        ciphers = self.state.read_message(self.link.receive(KEY_AND_TAG + size), payload)
        require(len(payload) == size, "handshake payload of %d bytes" % len(payload))
        return bytes(payload), ciphers

    def shake(self, first=lambda e: bytes(GLANCE), second=lambda e, h1: bytes(GREETING)):
        """first and second give this side's payload from e, the initiator's ephemeral key, and h1, the handshake hash after the first message.
        Afterwards: glance, greeting, h1, binding."""
        if self.dial:
            self.glance = first(self.ephemeral.public.data)
            self.write_handshake(self.glance)
            self.h1 = self.hash()
            self.greeting, (self.sending, self.receiving) = self.read_handshake(GREETING)
        else:
            self.glance, _ = self.read_handshake(GLANCE)
            self.h1 = self.hash()
            self.greeting = second(self.state.re.data, self.h1)
            self.receiving, self.sending = self.write_handshake(self.greeting)
        self.binding = self.hash()
        return self

    @staticmethod
    def rekey(cipher):
        # By hand: dissononce's own neither cuts the new key to 32 bytes nor lets the counter go on (Noise revision 34, 4.2 and 11.3).
        cipher._key = cipher.cipher.encrypt(cipher._key, 2**64 - 1, b"", bytes(32))[:32]

    def seal(self, plain):
        units = (len(plain) - 2) // UNIT
        return bytes([units]) + self.sending.encrypt_with_ad(b"", plain)

    def send_record(self, data):
        units = max(1, -(-len(data) // UNIT))
        require(units <= UNITS_MAX, "record too long")
        self.link.send(self.seal(struct.pack("<H", len(data)) + data + bytes(UNIT * units - len(data))))

    def send_message(self, kind, payload):
        data = struct.pack("<BH", kind, len(payload)) + payload
        for at in range(0, len(data), UNIT * UNITS_MAX):
            self.send_record(data[at:at + UNIT * UNITS_MAX])

    def receive_record(self):
        units = self.link.receive(1)[0]
        require(1 <= units <= UNITS_MAX, "record of %d units" % units)
        self.record_sizes.add(units)
        plain = self.receiving.decrypt_with_ad(b"", self.link.receive(UNIT * units + 2 + 16))
        (length,) = struct.unpack_from("<H", plain)
        require(length <= UNIT * units, "length inside")
        require(length > UNIT * (units - 1) or units == 1, "more units than needed")
        require(not any(plain[2 + length:]), "filling is zero")
        return plain[2:2 + length]

    def has_message(self):
        return len(self.plain) >= 3 and len(self.plain) >= 3 + struct.unpack_from("<H", self.plain, 1)[0]

    def receive_message(self):
        while True:
            if len(self.plain) >= 3:
                kind, length = struct.unpack_from("<BH", self.plain)
                require(HELLO <= kind <= TWIN, "a message of type %d" % kind)
                if len(self.plain) >= 3 + length:
                    payload, self.plain = self.plain[3:3 + length], self.plain[3 + length:]
                    if kind != REKEY:
                        return kind, payload
                    require(length == 0 and self.plain == b"", "REKEY is the last message of its record")
                    self.rekey(self.receiving)
                    continue
            self.plain += self.receive_record()


def converse(peer, rounds):
    most = UNIT * UNITS_MAX - 3
    sizes = [0, 1, UNIT - 4, UNIT - 3, UNIT - 2, 2 * UNIT - 3, 1024, most - 1, most, most + 1, 4096]
    for i in range(rounds):
        payload = os.urandom(sizes[i % len(sizes)])
        peer.send_message(LETTER, payload)
        require(peer.receive_message() == (LETTER, payload), "message %d of %d bytes comes back" % (i, len(payload)))
    payload = os.urandom(PAYLOAD_MAX)
    peer.send_message(SKETCH, payload)
    require(peer.receive_message() == (SKETCH, payload), "the longest message there is comes back")


def good_case(echo, gateway, dial):
    """dial: this end dials. Rekeys both ways on the way."""
    pair = key_pair()
    psk = os.urandom(32)
    if gateway:
        theirs = pair.private.data if dial else pair.public.data
        ours = pair.public.data if dial else pair
    else:
        theirs = ours = psk
    link = Pipe([*echo, "gateway" if gateway else "neighbour", "answer" if dial else "dial", theirs.hex()])
    peer = Peer(link, gateway, dial, ours).shake()
    converse(peer, 44)
    peer.send_message(HELLO, b"rekey")
    require(peer.receive_message() == (HELLO, b"rekey"), "rekey is agreed")
    peer.send_message(REKEY, b"")
    peer.rekey(peer.sending)
    converse(peer, 22)
    require(peer.record_sizes >= {1, 2, 4, UNITS_MAX}, "records of many sizes")
    rest, code = link.end()
    require(rest == b"" and code == 0, "it ended with %d" % code)


def refused_case(echo, spoil, expected_code):
    """A neighbour link on which spoil() sends what must end it without a word."""
    psk = os.urandom(32)
    link = Pipe([*echo, "neighbour", "answer", psk.hex()])
    peer = Peer(link, False, True, psk).shake()
    converse(peer, 3)
    spoil(peer)
    rest, code = link.end()
    require(rest == b"", "it answered")
    require(code == expected_code, "it ended with %d" % code)


def flipped(peer):
    record = bytearray(peer.seal(struct.pack("<H", 3) + b"\12\0\0" + bytes(UNIT - 3)))
    record[100] ^= 1
    peer.link.send(bytes(record))


def replayed(peer):
    record = peer.seal(struct.pack("<H", 0) + bytes(UNIT))
    peer.link.send(record + record)


def filled(peer):
    peer.link.send(peer.seal(struct.pack("<H", 0) + bytes(UNIT - 1) + b"\1"))


def overlong(peer):
    peer.link.send(peer.seal(struct.pack("<H", UNIT + 1) + bytes(UNIT)))


def rekeyed_alone(peer):
    peer.rekey(peer.sending)
    peer.send_message(HELLO, b"")


def counter_restarted(peer):
    peer.sending.set_nonce(0)
    peer.send_message(HELLO, b"")


def first_message_case(echo, gateway, key_at_echo, key_of_ours, ephemeral=None):
    """A first handshake message that must meet no answer."""
    link = Pipe([*echo, "gateway" if gateway else "neighbour", "answer", key_at_echo.hex()])
    Peer(link, gateway, True, key_of_ours, ephemeral).write_handshake(bytes(GLANCE))
    rest, code = link.end()
    require(rest == b"" and code == 65, "it said %d bytes and ended with %d" % (len(rest), code))


def low_order():
    return KeyPair(PublicKey(b"\1" + bytes(31)), PrivateKey(os.urandom(32)))


def check(echo):
    cases = [
        ("neighbour, this end dials", lambda: good_case(echo, False, True)),
        ("neighbour, this end answers", lambda: good_case(echo, False, False)),
        ("gateway, this end dials", lambda: good_case(echo, True, True)),
        ("gateway, this end answers", lambda: good_case(echo, True, False)),
        ("a flipped bit ends the link", lambda: refused_case(echo, flipped, 65)),
        ("a replayed record ends the link", lambda: refused_case(echo, replayed, 65)),
        ("filling that is not zero ends the link", lambda: refused_case(echo, filled, 65)),
        ("a length over the record ends the link", lambda: refused_case(echo, overlong, 65)),
        ("a rekey nobody announced ends the link", lambda: refused_case(echo, rekeyed_alone, 65)),
        ("a counter used again ends the link", lambda: refused_case(echo, counter_restarted, 65)),
        ("a record of no units ends the link", lambda: refused_case(echo, lambda peer: peer.link.send(b"\0"), 76)),
        ("a record of too many units ends the link", lambda: refused_case(echo, lambda peer: peer.link.send(bytes([UNITS_MAX + 1])), 76)),
        ("a message too long ends the link", lambda: refused_case(echo, lambda peer: peer.send_message(SKETCH, bytes(PAYLOAD_MAX + 1)), 76)),
        ("a message of no known kind ends the link", lambda: refused_case(echo, lambda peer: peer.send_message(16, b""), 76)),
        ("another psk meets no answer", lambda: first_message_case(echo, False, bytes(32), b"\1" * 32)),
        ("another gateway key meets no answer", lambda: first_message_case(echo, True, os.urandom(32), key_pair().public.data)),
        ("a key of low order meets no answer", lambda: first_message_case(echo, False, bytes(32), bytes(32), low_order())),
    ]
    failures = 0
    for name, case in cases:
        try:
            case()
            print("ok    " + name)
        except (AssertionError, LinkEnded, DecryptFailedException) as fault:
            failures += 1
            print("FAIL  %s: %s %s" % (name, type(fault).__name__, fault))
    print("%d passed, %d failed" % (len(cases) - failures, failures))
    return failures == 0


def hello():
    """A HELLO of a post without letters: no flags, a nonce, wants everything and has room for 16 MB, and nothing is equal."""
    return bytes([0]) + os.urandom(6) + struct.pack("<BHB", 0, 0, 96)


def talk(peer):
    """Prints what the other side says. Answers nothing but a HELLO, so a post waits with most of what it could say."""
    opened = 1
    if peer.dial:
        print("greeting of %d bytes: %s" % (len(peer.greeting), peer.greeting.hex()), flush=True)
        peer.send_message(HELLO, hello() + b"\17")
    else:
        print("glance of %d bytes: %s" % (len(peer.glance), peer.glance.hex()), flush=True)
    try:
        while True:
            kind, payload = peer.receive_message()
            opened += 1
            print("%s of %d bytes: %s" % (NAMES.get(kind, kind), len(payload), payload[:32].hex()), flush=True)
    except LinkEnded as end:
        print("%d messages, then %s" % (opened, end))
    return opened > 1 or peer.dial


def on_network(arguments):
    host, _, port = arguments.address.rpartition(":")
    gateway = bool(arguments.gateway_key or arguments.gateway_secret)
    dial = arguments.command == "dial"
    if gateway:
        key = bytes.fromhex(arguments.gateway_key) if dial else key_pair(bytes.fromhex(arguments.gateway_secret))
    else:
        key = bytes.fromhex(arguments.psk)
    if dial:
        connection = socket.create_connection((host, int(port)), arguments.seconds)
    else:
        with socket.create_server((host, int(port))) as server:
            server.settimeout(arguments.seconds)
            connection, _ = server.accept()
    with connection:
        peer = Peer(Wire(connection, arguments.seconds), gateway, dial, key)
        peer.shake(second=lambda e, h1: hello() + os.urandom(16))
        print("handshake done", flush=True)
        return talk(peer)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check").add_argument("echo", nargs=argparse.REMAINDER)
    for name in ("dial", "answer"):
        command = commands.add_parser(name)
        command.add_argument("address")
        key = command.add_mutually_exclusive_group()
        key.add_argument("--psk", default="00" * 32)
        key.add_argument("--gateway-key" if name == "dial" else "--gateway-secret", default=None)
        command.set_defaults(**{"gateway_secret" if name == "dial" else "gateway_key": None})
        command.add_argument("--for", dest="seconds", type=float, default=10)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if arguments.command == "check":
        return check(arguments.echo)
    try:
        return on_network(arguments)
    except (OSError, LinkEnded, AssertionError, DecryptFailedException) as fault:
        print("%s: %s %s" % (arguments.address, type(fault).__name__, fault), file=sys.stderr)
        return False


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
