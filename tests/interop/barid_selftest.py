#!/usr/bin/python3
"""The second implementation against the vectors of tests/vectors, and against itself over socket pairs; no program of ours takes part."""

import json
import os
import random
import socket
import struct
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import barid_letters as letters  # noqa: E402
import barid_sketch as sketch  # noqa: E402
from barid_peer import Neighbour, lane_group, twin_of  # noqa: E402
from noise_peer import LinkEnded  # noqa: E402


def vectors():
    with open(os.path.join(HERE, "../vectors/proto.json"), encoding="utf-8") as file:
        return json.load(file)


def shown_sums():
    carried = vectors()["carried"]
    shown, salt = letters.Shown(), bytes.fromhex(carried["salt"])
    for letter in carried["letters"]:
        shown.add(letters.Letter(bytes.fromhex(letter["tag"]), letter["class"], 0, 0, None))
    assert [d.hex() for d in shown.digests(salt)] == [d["digest"] for d in carried["class_digests"]], "class digests"
    assert shown.carried(salt).hex() == carried["glance"], "the glance"
    beacon = bytes.fromhex(carried["beacon"])
    assert shown.carried(beacon[:6]) == beacon[6:], "the beacon's digest"


def short_ids():
    known = vectors()["short_ids"]
    key = letters.digest("barid-short-v1", 16, bytes.fromhex(known["handshake_hash"]))
    assert key.hex() == known["key"], "the key of short ids"
    ids = [sketch.short_id(key, bytes.fromhex(entry["tag"])) for entry in known["ids"]]
    assert ids == [entry["id"] for entry in known["ids"]], "short ids"
    assert bytes(sketch.counters_of(ids)).hex() == known["counters"], "an estimate's counters"


def tables():
    for known in vectors()["sketch"]:
        ids = [x for (x,) in struct.iter_unpack("<I", bytes.fromhex(known["ids"]))]
        table = sketch.Table(known["cells"], known["capacity"], ids)
        assert table.encode().hex() == known["sums"], "sums of %d cells" % known["cells"]
        further = b"".join(struct.pack("<I", table.next_sum(cell)) for cell in range(known["cells"]))
        assert further.hex() == known["next"], "the next sums of %d cells" % known["cells"]


def lanes():
    known = vectors()["lane"]
    address, bssid = bytes.fromhex(known["address"]), bytes.fromhex(known["bssid"])
    words = known["ssid"].encode(), known["passphrase"].encode()
    assert lane_group(known["frequency_mhz"], known["port"], address, bssid, *words).hex() == known["payload"], "a LANE"
    assert twin_of(bytes.fromhex(known["handshake_hash"])).hex() == known["twin"], "a TWIN"


# --- two of us

def many(count, number_class=None, bucket=0, seed=0, day=None):
    chance = random.Random("%d %s %d %d" % (count, number_class, bucket, seed))
    return [letters.sealed(chance.randrange(4) if number_class is None else number_class, bucket, random=chance.randbytes,
                           day=day or 3900 + chance.randrange(80)) for _ in range(count)]


def between(ours, theirs, odd=lambda link, dial: None, seconds=30, dialler=None, answerer=None):
    """A link between two of this implementation, one thread each, until nobody says anything more. Returns both, the one that dialled first."""
    pair, made, faults = socket.socketpair(), {}, []

    def side(dial, held, also):
        try:
            made[dial] = link = Neighbour(pair[0 if dial else 1], dial=dial, held=held, seconds=seconds, **also)
            odd(link, dial)
            link.greet()
            link.run_until_quiet(1.0)
        except Exception as fault:  # a thread's fault is its case's fault
            faults.append(fault)
            pair[0].close()
            pair[1].close()

    answering = threading.Thread(target=side, args=(False, theirs, answerer or {}))
    answering.start()
    side(True, ours, dialler or {})
    answering.join()
    if faults:
        raise faults[0]
    for end in pair:
        end.close()
    return made[True], made[False]


def union_on_both(ours, theirs, **how):
    one, other = between(ours, theirs, **how)
    union = {letters.letter_id(e) for e in ours} | {letters.letter_id(e) for e in theirs}
    assert set(one.held) == set(other.held) == union, "%d and %d of %d letters" % (len(one.held), len(other.held), len(union))
    assert len(one.came) == len(union) - len(ours) and len(other.came) == len(union) - len(theirs), "a letter came twice"
    assert one.shown.digests(b"") == other.shown.digests(b""), "they show different things"
    return one, other


def nothing_but_hello():
    held = many(40)
    one, other = union_on_both(held, held)
    assert dict(one.counts) == {"to HELLO": 1} and not other.counts, one.counts


def few_are_listed():
    one, _ = union_on_both(many(30, seed=1), many(9, seed=2))
    assert one.counts["from LIST"] == 1 and not one.counts["from SKETCH"], one.counts
    one, _ = union_on_both([], [])
    one, _ = union_on_both(many(3), [])
    one, _ = union_on_both([], many(3))


def many_are_sketched():
    common = many(900)
    one, other = union_on_both(common + many(45, seed=1), common + many(40, seed=2))
    assert one.counts["from ESTIMATE"] == 1 and one.counts["from SKETCH"] == 1 and one.counts["to SKETCH"] >= 1, one.counts
    assert one.compare.unknown == other.compare.unknown == 0


def parts_and_classes():
    common = many(1200)
    one, _ = union_on_both(common + many(400, seed=1), common + many(350, seed=2))
    assert one.counts["to ESTIMATE"] == 4 and one.counts["from SKETCH"] >= 4, one.counts
    one, _ = union_on_both(many(900, 2) + many(300, 2, seed=1), many(900, 2) + many(300, 2, seed=2))
    assert one.counts["to SKETCH"] >= 4, one.counts
    union_on_both(many(1500, seed=1), many(30, seed=2))
    union_on_both([], many(1500, seed=1))


def too_small(cells, capacity):
    def plan(link, dial):
        first = link.compare.plan_table
        link.compare.plan_table = lambda d, count: (cells, capacity) if d > 20 else first(d, count)
        link.compare.plan_parts = lambda d, count: 0
    return plan


def tables_too_small():
    common = many(300, 1)
    held = common + many(60, 1, seed=1), common + many(60, 1, seed=2)
    one, _ = union_on_both(*held, odd=too_small(60, 2))
    assert one.counts["from more"] and one.counts["to MORE"] == one.counts["from more"], one.counts
    one, _ = union_on_both(*held, odd=too_small(4, 3))
    assert one.counts["from larger"], one.counts


def wants_are_kept():
    ours, theirs = many(40, seed=1), many(50, seed=2)
    one, other = between(ours, theirs, answerer={"wants": (32, 0, 120)})
    assert {e[2] for e in one.came} == {e[2] for e in other.came} == {2, 3}
    assert len(other.came) == sum(e[2] >= 2 for e in ours) and len(one.came) == sum(e[2] >= 2 for e in theirs)
    one, other = between(ours, theirs, dialler={"wants": (32, 0, 120)})
    assert len(other.came) == sum(e[2] >= 2 for e in ours) and len(one.came) == sum(e[2] >= 2 for e in theirs)
    one, other = between([], many(40), dialler={"wants": (0, 0, 48)})  # room for 4096 bytes, of letters of 256
    assert 14 <= len(one.came) <= 18 and all(e[2] == 3 for e in one.came[:4]), len(one.came)


def what_is_not_wanted_is_shown():
    held, gone = many(30), many(3, 2, seed=9)
    one, other = between(held + gone, held, answerer={"remembered": gone})
    assert not other.came and one.shown.digests(b"") == other.shown.digests(b"")
    assert not any(letter.envelope for tag, letter in other.shown.letters.items() if tag in other.remembered)


CASES = [shown_sums, short_ids, tables, lanes, nothing_but_hello, few_are_listed, many_are_sketched, parts_and_classes, tables_too_small,
         wants_are_kept, what_is_not_wanted_is_shown]


def main():
    failures = 0
    for case in CASES:
        if sys.argv[1:] and case.__name__ not in sys.argv[1:]:
            continue
        begun = time.monotonic()
        try:
            case()
            print("ok    %s (%.1f s)" % (case.__name__, time.monotonic() - begun), flush=True)
        except (AssertionError, LinkEnded, OSError) as fault:
            failures += 1
            print("FAIL  %s: %s: %s" % (case.__name__, type(fault).__name__, fault), flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
