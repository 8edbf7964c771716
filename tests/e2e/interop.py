#!/usr/bin/python3
"""A real baridd against the implementation of tests/interop that was written from SPEC.md alone, honest and hostile. See interop.sh."""

import json
import os
import random
import socket
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))
import barid_desk as person_desk  # noqa: E402
import barid_letters as letters  # noqa: E402
import interop_authority  # noqa: E402
import interop_compare  # noqa: E402
from barid_peer import Neighbour, lane_group  # noqa: E402
from interop_room import Dialled, Room, count_of, each, expect_end, hand_in, holdings, ids_of, place, resident_kib  # noqa: E402
from noise_peer import ACK, ESTIMATE, HANDSHAKE, HELLO, LANE, LANE_ANSWER, LETTER, LIST, NEED, OFFER, PICK, REKEY, TWIN, UNIT, WANTS  # noqa: E402
from noise_peer import LinkEnded, key_pair  # noqa: E402
from posts import HELD, Desk, free_port, program, wait_until  # noqa: E402

NOISE_PEER = os.path.join(HERE, "../interop/noise_peer.py")
GRACE = 6.0  # seconds in which an honest post is served while others hold every half-open place


def exchange(post, link, is_gateway=0):
    """What two honest posts do: greet, compare, one letter each way, both acknowledged."""
    before = holdings(post)
    shown = letters.Shown(before)
    flags = link.greet()
    assert flags == is_gateway, "flags %d" % flags
    if link.peer.dial:
        assert link.their_digests == shown.digests(link.peer.h1), "tier digests are not those of SPEC.md 7.3"
    else:
        assert link.peer.glance == shown.carried(link.peer.state.re.data), "the glance is not that of SPEC.md 7.3"
    link.take_all(len(before))
    ours, theirs, urgent = letters.sealed(letters.URGENT), letters.sealed(letters.NEED, bucket=random.randrange(3)), letters.sealed(letters.URGENT)
    assert link.give([ours]) == [True], "our letter is not kept"
    assert place(post, ours)[0] == HELD
    offers = len(link.offered)
    hand_in(post, [urgent])
    link.take_all(len(before) + 1)
    assert len(link.offered) == offers, "an urgent letter is offered, not sent"
    hand_in(post, [theirs])
    came = link.take_all(len(before) + 2)
    assert link.offered[offers][1] == [letters.letter_id(theirs)[:16]], "a letter came without an OFFER"
    assert ids_of(came) == ids_of(before + [theirs, urgent]), "not every letter came, or not once"
    wait_until("the post counts our copy", lambda: place(post, theirs)[1] == 1, 5)
    assert link.offer(0, [letters.letter_id(e)[:16] for e in (ours, theirs)] + [os.urandom(16)]) == [False, False, True], "the bits of a PICK"
    link.run_until_quiet(0.2)
    assert len(link.came) == len(came), "a letter came twice"


def neighbour_dialled(room):
    post = room.listening("dialled")
    with Neighbour.dial(post.port) as link:
        exchange(post, link)
    hand_in(post, [letters.sealed(c, b) for c in range(4) for b in range(4)])
    with Neighbour.dial(post.port) as link:
        exchange(post, link)


def neighbour_answered(room):
    with socket.create_server(("127.0.0.1", 0)) as server:
        post = room.post("answered", "--peer", "127.0.0.1:%d" % server.getsockname()[1])
        server.settimeout(10)
        connection, _ = server.accept()
        with Neighbour(connection, dial=False) as link:
            exchange(post, link)


def community_key(room):
    key, path = os.urandom(32), os.path.join(room.folder, "psk.key")
    with open(path, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
    post = room.listening("psk", "--psk-file", path)
    with Neighbour.dial(post.port, psk=key) as link:
        exchange(post, link)
    strangers = count_of(post, "handshakes_failed")
    try:
        Neighbour.dial(post.port, seconds=3).close()
        raise AssertionError("a post of another community is answered")
    except LinkEnded as end:
        assert "closed" in str(end)
    wait_until("the stranger is counted", lambda: count_of(post, "handshakes_failed") == strangers + 1, 3)


def gateway_dialled(room):
    home = os.path.join(room.folder, "gate")
    show = [program("baridd"), "--home", home, "--show-key"]
    key = subprocess.run(show, capture_output=True, text=True, check=True).stdout.strip()
    port = free_port()
    post = room.post("gate", "--gateway-listen", "127.0.0.1:%d" % port)
    with Neighbour.dial(port, gateway=bytes.fromhex(key)) as link:
        exchange(post, link, is_gateway=1)
    run = subprocess.run([NOISE_PEER, "dial", "127.0.0.1:%d" % port, "--gateway-key", key, "--for", "1"], capture_output=True, text=True)
    assert run.returncode == 0 and "greeting of 27 bytes: 01" in run.stdout, run.stdout + run.stderr
    other = [NOISE_PEER, "dial", "127.0.0.1:%d" % port, "--gateway-key", key_pair().public.data.hex(), "--for", "2"]
    wrong = subprocess.run(other, capture_output=True)
    assert wrong.returncode == 1, "a gateway of another key answered"


def gateway_answered(room):
    pair = key_pair()
    with socket.create_server(("127.0.0.1", 0)) as server:
        post = room.post("sender", "--gateway", "127.0.0.1:%d" % server.getsockname()[1], "--gateway-key", pair.public.data.hex())
        server.settimeout(10)
        connection, _ = server.accept()
        with Neighbour(connection, dial=False, gateway=pair, flags=1) as link:
            link.greet()
            letter = letters.sealed(letters.URGENT)
            hand_in(post, [letter])
            assert link.take_all(1) == [letter]
            wait_until("the post knows that a gateway has it", lambda: place(post, letter)[3] > 0, 5)
            status = post.status()
            assert status["gateway_last"] > 0 and status["flags"] & 1, "the post does not show the gateway"


def noise_peer_both_ways(room):
    """The smaller peer: a handshake and records, dialled and answered."""
    post = room.listening("noise")
    run = subprocess.run([NOISE_PEER, "dial", "127.0.0.1:%d" % post.port, "--for", "1"], capture_output=True, text=True)
    assert run.returncode == 0 and "greeting of 27 bytes: 00" in run.stdout, run.stdout + run.stderr
    port = free_port()
    with subprocess.Popen([NOISE_PEER, "answer", "127.0.0.1:%d" % port, "--for", "4"], stdout=subprocess.PIPE, text=True) as answering:
        room.post("noise2", "--peer", "127.0.0.1:%d" % port)
        out = answering.communicate()[0]
    assert answering.returncode == 0 and "glance of 4 bytes" in out and "HELLO of 12 bytes: 00" in out, out


def raw_record(link, data, length=None, filling=b"\0"):
    link.peer.link.send(link.peer.seal(struct.pack("<H", len(data) if length is None else length) + data + filling * (UNIT - len(data))))


def flip_record(link):
    record = bytearray(link.peer.seal(struct.pack("<H", 0) + bytes(UNIT)))
    record[99] ^= 8
    link.peer.link.send(bytes(record))


def replay_record(link):
    record = link.peer.seal(struct.pack("<H", 0) + bytes(UNIT))
    link.peer.link.send(record + record)


def noise_for_a_handshake(post):
    before = count_of(post, "handshakes_failed")
    with socket.create_connection(("127.0.0.1", post.port), 10) as connection:
        connection.sendall(os.urandom(HANDSHAKE))
        connection.settimeout(3)
        assert connection.recv(1) == b"", "an answer to noise"
    wait_until("it is counted", lambda: count_of(post, "handshakes_failed") == before + 1, 3)


def offered_by(post, link):
    link.answers_offers = False
    hand_in(post, [letters.sealed(letters.NEED, 0) for _ in range(3)])
    link.run(lambda: link.offered)
    return link.offered[0]


def pick_twice(post):
    def spoil(link):
        slot, _ = offered_by(post, link)
        link.pick(slot, 1)
        link.pick(slot, 1)
    return spoil


def pick_beyond(post):
    def spoil(link):
        slot, tags = offered_by(post, link)
        link.pick(slot, 1 << len(tags))
    return spoil


LANE_GROUP = lane_group(2412, 4747, b"\xfe\x80" + bytes(14), bytes(6), b"net1", b"password")


def lanes_are_for_bluetooth(post):
    """On any other link a lane is politely refused, asking for one and naming a twin change nothing."""
    with Neighbour.dial(post.port) as link:
        link.greet()
        link.send(LANE, b"")
        link.send(LANE_ANSWER, b"\0")
        link.send(TWIN, bytes(16))
        link.send(LANE, LANE_GROUP)
        kind, payload = link.peer.receive_message()
        while kind != LANE_ANSWER:
            kind, payload = link.peer.receive_message()
        assert payload == b"\0", payload.hex()


def hostile_links(room):
    post = room.listening("hostile")
    hand_in(post, [letters.sealed(letters.NEED, 0) for _ in range(3)])
    hello = bytes(7) + bytes([0, 0, 0, 96]) + bytes([15])
    malformed = {
        "a second HELLO": lambda l: l.send(HELLO, l.hello()),
        "WANTS of 3 bytes": lambda l: l.send(WANTS, bytes(3)),
        "WANTS of rank 65": lambda l: l.send(WANTS, bytes([65, 0, 0, 96])),
        "an OFFER of nothing": lambda l: l.send(OFFER, bytes([0, 0])),
        "an OFFER of 65": lambda l: l.send(OFFER, bytes([0, 65]) + bytes(65 * 16)),
        "an OFFER shorter than it says": lambda l: l.send(OFFER, bytes([0, 2]) + bytes(16)),
        "an OFFER longer than it says": lambda l: l.send(OFFER, bytes([0, 1]) + bytes(32)),
        "an OFFER in a slot there is not": lambda l: l.send(OFFER, bytes([16, 1]) + bytes(16)),
        "a PICK of a slot never offered": lambda l: l.pick(9, 1),
        "a PICK of a slot there is not": lambda l: l.pick(16, 1),
        "a PICK said twice": pick_twice(post),
        "a PICK beyond the count": pick_beyond(post),
        "a PICK of 8 bytes": lambda l: l.send(PICK, bytes(8)),
        "an ACK of nothing": lambda l: l.send(ACK, bytes(2)),
        "an ACK of what was not sent": lambda l: l.send(ACK, struct.pack("<HB", 1, 1)),
        "an oversize LETTER": lambda l: l.send(LETTER, bytes(4097)),
        "the longest length there is": lambda l: raw_record(l, struct.pack("<BH", LETTER, 65535)),
        "a LANE cut off": lambda l: l.send(LANE, LANE_GROUP[:-1]),
        "a LANE with a byte too many": lambda l: l.send(LANE, LANE_GROUP + b"a"),
        "a LANE to an address that is not link-local": lambda l: l.send(LANE, LANE_GROUP[:4] + b"\x20" + LANE_GROUP[5:]),
        "a LANE_ANSWER of 2": lambda l: l.send(LANE_ANSWER, b"\2"),
        "a TWIN of 15 bytes": lambda l: l.send(TWIN, bytes(15)),
        "a message of no known type": lambda l: l.send(16, b""),
        "a message of type 0": lambda l: l.send(0, b""),
        "a REKEY that is not the last": lambda l: raw_record(l, struct.pack("<BH", REKEY, 0) + b"\1"),
        "a REKEY with a payload": lambda l: l.send(REKEY, b"x"),
        "a record of 17 units": lambda l: l.peer.link.send(b"\x11"),
        "a record of no units": lambda l: l.peer.link.send(b"\0"),
    }
    each(malformed, lambda spoil: expect_end(post, post.port, "records_malformed", spoil))
    before_hello = {
        "OFFER before HELLO": lambda l: l.send(OFFER, bytes([0, 1]) + bytes(16)),
        "LETTER before HELLO": lambda l: l.send(LETTER, letters.sealed()),
        "ESTIMATE before HELLO": lambda l: l.send(ESTIMATE, bytes([15]) + bytes(23)),
        "WANTS before HELLO": lambda l: l.send(WANTS, bytes([0, 0, 0, 96])),
        "a short HELLO": lambda l: l.send(HELLO, hello[:-1]),
        "a long HELLO": lambda l: l.send(HELLO, hello + b"\0"),
        "HELLO with unknown flags": lambda l: l.send(HELLO, b"\x08" + hello[1:]),
        "HELLO that wants rank 65": lambda l: l.send(HELLO, hello[:7] + b"\x41" + hello[8:]),
        "HELLO with a fifth tier": lambda l: l.send(HELLO, hello[:11] + b"\x10"),
    }
    each(before_hello, lambda spoil: expect_end(post, post.port, "records_malformed", spoil, False))
    forged = {
        "a flipped bit in a record": flip_record,
        "a replayed record": replay_record,
        "a record whose filling is not zero": lambda l: raw_record(l, b"", filling=b"\1"),
        "a record shorter than it says": lambda l: raw_record(l, b"", length=UNIT + 1),
    }
    each(forged, lambda spoil: expect_end(post, post.port, "records_forged", spoil))
    noise_for_a_handshake(post)
    lanes_are_for_bluetooth(post)
    with Neighbour.dial(post.port) as link:
        exchange(post, link)


class Changed:
    """What a hostile responder makes of its greeting."""

    def __init__(self, change):
        self.change = change

    def __call__(self, greeting):
        return self.change(greeting)


def hostile_answers(room):
    """Whom a post dials may be hostile too: greetings that are none, a HELLO from the side that sends none."""
    def refused(spoil):
        with Dialled(room, "answers-%d" % len(room.posts), [letters.sealed()]) as dialled:
            with dialled.answer(seconds=4, change=spoil if isinstance(spoil, Changed) else bytes) as link:
                if not isinstance(spoil, Changed):
                    spoil(link)
                assert link.ended(), "the link goes on"
            counter = "handshakes_failed" if isinstance(spoil, Changed) else "records_malformed"
            wait_until("%s is counted" % counter, lambda: count_of(dialled.post, counter) == 1, 3)

    each({
        "a greeting of unknown flags": Changed(lambda whole: b"\x10" + whole[1:]),
        "a greeting that wants rank 65": Changed(lambda whole: whole[:7] + b"\x41" + whole[8:]),
        "a HELLO from the side that sends none": lambda l: l.send(HELLO, bytes(7) + bytes([0, 0, 0, 96, 15])),
        "a unit of no class in the first flight": lambda l: l.send(LIST, bytes(4)),
        "a NEED in the first flight": lambda l: l.send(NEED, b"\0"),
    }, refused)


def twin_links(room):
    """Of two links between the same two posts the one with the higher handshake hash ends, whichever came first; a link to oneself ends too."""
    post = room.listening("twins")
    for _ in range(6):
        nonce = os.urandom(6)
        with Neighbour.dial(post.port, seconds=3, nonce=nonce) as one, Neighbour.dial(post.port, seconds=3, nonce=nonce) as other:
            one.greet()
            other.greet()
            higher, lower = (one, other) if one.binding > other.binding else (other, one)
            assert higher.ended(), "both links live on"
            assert lower.give([letters.sealed()]) == [True], "the link to be kept has ended"
    with Neighbour.dial(post.port, seconds=3) as link:
        link.nonce = link.their_nonce
        link.greet()
        assert link.ended(), "a link to oneself lives on"


def a_person_at_another_desk(room):
    """A request sealed by the other implementation opens at the relief group's desk; the answer opens at the other implementation."""
    post = room.listening("clinic")
    relief = [program("barid-relief"), "--home", os.path.join(room.folder, "relief"), "--post", post.control, "--json"]

    def does(*words):
        return subprocess.run(relief + list(words), capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout

    does("org", "create", "--name", "Medics")
    _, day_keys = person_desk.card(does("org", "card"))
    identity, slow_secret, slow_public = person_desk.person()
    fields = {4: slow_public, 16: "Sector 4", 17: 1, 18: 2, 28: 1 << 4, 30: "قرب المدرسة"}
    day_key = day_keys[(person_desk.FAST, person_desk.today())]
    request, secret = person_desk.seal(identity, day_key, 4, fields, letters.URGENT, 1)
    sought = {4: slow_public, 16: "مُحَمَّد", 19: 2, 20: 2, 21: "Sector 4", 22: 1481700000}
    search, _ = person_desk.seal(identity, day_keys[(person_desk.SLOW, person_desk.today())], 2, sought, letters.ROUTINE, 3)
    with Neighbour.dial(post.port) as link:
        link.greet()
        assert link.give([request, search]) == [True, True], "the letters are kept"
    case = json.loads(does("inbox", "--type", "medevac"))
    wanted = {"place": "Sector 4", "red": 1, "yellow": 2, "hazards": ["sniper"], "text": "قرب المدرسة"}
    assert {name: case["body"][name] for name in wanted} == wanted, case
    assert json.loads(does("inbox", "--type", "seek"))["body"] == person_desk.said(2, sought), "somebody is sought"
    assert case["from"]["key"] == identity.public.data.hex(), "the writer's key"
    does("reply", case["ref"], "--text", "في الطريق")
    with Neighbour.dial(post.port) as link:
        link.greet()
        came = link.take_all(post.status()["letters"])
    receipts = [envelope for envelope in came if envelope[1] == letters.RECEIPTS]
    tag = letters.letter_id(request)[:16]
    inside = [envelope[at:at + 32] for envelope in receipts for at in range(48, 48 + 32 * envelope[32], 32)]
    assert tag + secret in inside, "the receipt carries the secret from inside"
    tried = [person_desk.opened(slow_secret, envelope) for envelope in came if envelope[1] == letters.SEALED]
    answers = [found for found in tried if found]
    assert any(fields.get(1) == tag and "في الطريق" in fields.values() for _, _, fields in answers), answers


def still_a_letter(bit):
    """With this bit flipped and its check put right: class, holding time, day, commitment and what is sealed may be anything."""
    return bit in (16, 17, 28, 29) or bit // 8 in (4, 5) or 8 <= bit // 8 < 24 or bit // 8 >= 32


def spoilt_letters(room):
    """Single flipped bits everywhere, wrong lengths: refused and counted, the link stays, nothing is remembered as seen."""
    post = room.listening("spoilt")
    chance = random.Random(7)
    with Neighbour.dial(post.port, seconds=30) as link:
        link.greet()
        good = letters.sealed(letters.NEED)
        spoilt = []
        for bit in list(range(32 * 8)) + chance.sample(range(32 * 8, 512 * 8), 200):
            flipped = bytearray(good)
            flipped[bit // 8] ^= 1 << bit % 8
            spoilt.append(bytes(flipped))
            if not still_a_letter(bit):
                spoilt.append(letters.with_check(bytes(flipped)))
        spoilt = [bad for bad in spoilt if bad != good]
        for bad in spoilt:
            assert link.give([bad], hold=False) == [False], "a spoilt letter is kept: %s" % bad[:32].hex()
        wrong_lengths = [good[:-1], good[:256], good + b"\0", good + bytes(512), good[:1], b""]
        for bad in wrong_lengths:
            assert link.give([bad], hold=False) == [False], "a letter of %d bytes is kept" % len(bad)
        assert count_of(post, "letters_malformed") == len(spoilt + wrong_lengths)
        assert holdings(post) == [], "something spoilt is stored"
        assert link.give([good]) == [True], "the spoilt copies kept the good one out"
        assert link.give([good]) == [True], "a letter that is held is acknowledged as kept"
        # Receipts that fit nothing go nowhere.
        forged = letters.receipts([(letters.letter_id(good)[:16], bytes(16))])
        assert link.give([forged], hold=False) == [False]
        status = post.status()
        assert status["letters_unmatched"] == 1 and status["letters"] == 1


def rekeyed(room):
    post = room.listening("rekeyed")
    with Neighbour.dial(post.port) as link:
        link.greet()
        for _ in range(3):
            link.rekey()
            assert link.give([letters.sealed()]) == [True]


def served_within(post, seconds):
    """An honest post that keeps trying: how long until it has handed over a letter."""
    begun = time.monotonic()
    while True:
        try:
            with Neighbour.dial(post.port, seconds=2) as link:
                link.greet()
                assert link.give([letters.sealed()]) == [True]
                return time.monotonic() - begun
        except (LinkEnded, OSError):
            assert time.monotonic() - begun < seconds, "not served within %g seconds" % seconds
            time.sleep(0.2)


def slow_loris(room):
    post = room.listening("loris")
    loris = [socket.create_connection(("127.0.0.1", post.port), 10) for _ in range(8)]
    try:
        for half_open in loris:
            half_open.sendall(bytes(20))
        waited = served_within(post, GRACE)
        ended = ["links_timed_out", "links_displaced"]
        wait_until("half-open links are ended", lambda: sum(count_of(post, counter) for counter in ended) == 8, 6)
    finally:
        for half_open in loris:
            half_open.close()
    # Links that never say a word, and links that never read, beside it.
    silent = [socket.create_connection(("127.0.0.1", post.port), 10) for _ in range(40)]
    served_within(post, GRACE)
    hand_in(post, [letters.sealed(letters.ROUTINE, 3) for _ in range(300)])
    deaf = []
    try:
        for _ in range(4):
            link = Neighbour.dial(post.port)
            link.greet()
            link.run(lambda: link.counts["to LIST"])
            deaf.append(link)
        served_within(post, GRACE)
    finally:
        for link in deaf + silent:
            link.close()
    rss = resident_kib(post)
    assert rss < 16 << 10, "hostile links cost %d KiB" % rss
    print("      an honest link among eight half-open ones was served after %.1f s; resident afterwards %d KiB" % (waited, rss))


def hostile_desks(room):
    post = room.listening("desks")
    chance = random.Random(5)
    letter = letters.sealed()
    feed, watch = struct.Struct("<BBQHB"), struct.Struct("<BBQI")
    good = [b"\1\1", b"\1\2\1" + letter, feed.pack(1, 3, 0, 9, 255), b"\1\4" + bytes(32), watch.pack(1, 5, 0, 5)]
    bad = [b"\0", b"\1", b"\2\1", b"\1\0", b"\1\7", b"\1\1x", b"\1\2\4" + letter, b"\1\2\1" + letter + bytes(4096), feed.pack(1, 3, 0, 0, 255),
           feed.pack(1, 3, 0, 513, 255), b"\1\4" + bytes(31), b"\1\4" + bytes(33), watch.pack(1, 5, 0, 60001), bytes(8193), bytes(60000)]
    bad += [packet[:n] for packet in good for n in range(1, min(len(packet), 16)) if packet[:2] != b"\1\2" or n < 3]
    bad = [packet for packet in bad if packet not in good]
    bad += [bytes([chance.randrange(2, 256)]) + chance.randbytes(chance.randrange(64)) for _ in range(100)]
    for packet in bad:
        with post.desk() as desk:
            desk.socket.send(packet)
            assert desk.socket.recv(8192) == b"", "an answer to %s" % packet[:20].hex()
    assert count_of(post, "control_malformed") == len(bad), "%d of %d counted" % (count_of(post, "control_malformed"), len(bad))
    assert holdings(post) == []
    hand_in(post, [letters.sealed(c, 3) for c in range(4) for _ in range(100)])
    deaf = [Desk(post.control) for _ in range(6)]
    for desk in deaf:
        desk.send(3, struct.pack("<QHB", 0, 512, 255))  # FEED, and never a recv()
    idle = [Desk(post.control) for _ in range(16 - len(deaf))]
    begun = time.monotonic()
    with Desk(post.control, 10) as desk:
        assert desk.status()["letters"] == 400
    print("      a desk behind %d that do nothing was served after %.1f s" % (len(deaf) + len(idle), time.monotonic() - begun))
    for desk in deaf + idle:
        desk.close()
    hand_in(post, [letter])


CASES = [
    noise_peer_both_ways,
    neighbour_dialled,
    neighbour_answered,
    community_key,
    gateway_dialled,
    gateway_answered,
    *interop_compare.CASES,
    *interop_authority.CASES,
    rekeyed,
    twin_links,
    hostile_links,
    hostile_answers,
    *interop_compare.HOSTILE,
    a_person_at_another_desk,
    spoilt_letters,
    slow_loris,
    hostile_desks,
]


def main():
    failures = 0
    wanted = sys.argv[1:]
    room = Room()
    try:
        for case in CASES:
            if wanted and case.__name__ not in wanted:
                continue
            begun = time.monotonic()
            try:
                case(room)
                print("ok    %s (%.1f s)" % (case.__name__, time.monotonic() - begun), flush=True)
            except (AssertionError, LinkEnded, OSError, IndexError, KeyError) as fault:
                failures += 1
                print("FAIL  %s: %s: %s" % (case.__name__, type(fault).__name__, fault), flush=True)
        for post in room.posts:
            if post.stop() != 0:
                failures += 1
                print("FAIL  %s did not end cleanly: %s" % (post.home, post.log()))
    finally:
        room.end()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
