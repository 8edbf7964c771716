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
import barid_authority as authority  # noqa: E402
import barid_desk as person_desk  # noqa: E402
import barid_letters as letters  # noqa: E402
import barid_sketch as sketch  # noqa: E402
from barid_peer import SAME, Neighbour, lane_group, twin_of  # noqa: E402
from noise_peer import LinkEnded  # noqa: E402


def vectors():
    with open(os.path.join(HERE, "../vectors/proto.json"), encoding="utf-8") as file:
        return json.load(file)


def shown_sums():
    carried = vectors()["carried"]
    shown, salt = letters.Shown(), bytes.fromhex(carried["salt"])
    for letter in carried["letters"]:
        shown.add(letters.Letter(bytes.fromhex(letter["tag"]), letter["tier"], 0, 0, None))
    assert [d.hex() for d in shown.digests(salt)] == [d["digest"] for d in carried["tier_digests"]], "tier digests"
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


# --- who vouches (SPEC.md 12)

def known(*names):
    found = vectors()
    for name in names:
        found = found[name]
    return found


def envelopes():
    return [bytes.fromhex(letter["envelope"]) for letter in known("letters")]


def organisation():
    return bytes.fromhex(known("authority", "organisation"))


def letters_of_all_kinds():
    """Ids, and that every carrier takes them; with any bit flipped nobody does, but for what is noise anyway."""
    for envelope, letter in zip(envelopes(), known("letters")):
        assert letters.letter_id(envelope).hex() == letter["id"], letter["what"]
        assert not authority.is_refused(envelope), letter["what"]
    for number in range(4, 9):
        envelope, taken = envelopes()[number], []
        for bit in range(8 * len(envelope)):
            if not 28 <= bit // 8 < 32:
                flipped = bytearray(envelope)
                flipped[bit // 8] ^= 1 << bit % 8
                if not authority.is_refused(letters.with_check(bytes(flipped))):
                    taken.append(bit)
        assert taken == ([20] if number == 4 else []), "letter %d is taken with bits %s flipped" % (number, taken)


def a_ticketed_letter_opens():
    vector = {name: bytes.fromhex(text) for name, text in known("ticketed_letter").items()}
    envelope = vector["envelope"]
    ticket = authority.Ticket.decode(envelope[32:152])
    assert letters.letter_id(envelope) == vector["id"] and ticket.is_of(organisation()) and authority.public_of(vector["ticket_secret"]) == ticket.key
    assert not authority.is_refused(envelope)
    again = authority.spent_on(envelope[:24] + bytes(8), ticket, envelope[216:], vector["ticket_secret"])
    assert again == envelope, "an Ed25519 signature is made one way"
    writer, kind, fields = person_desk.opened(vector["recipient_secret"], envelope)
    assert kind == 12 and fields == {16: "hi"}
    assert writer == person_desk.key_pair_of(vector["sender_secret"]).public.data
    stripped = letters.with_check(envelope[:2] + bytes([envelope[2] & 15]) + envelope[3:32] + envelope[216:].ljust(480, b"\0"))
    assert person_desk.opened(vector["recipient_secret"], stripped) is None, "it opens without its ticket"


def bodies_of_every_type():
    """What the other implementation's bodies say, and that each has exactly one encoding."""
    kinds = []
    for vector in known("bodies"):
        body = bytes.fromhex(vector["body"])
        fields = person_desk.fields_of(body)
        assert person_desk.body_of(fields) == body, vector["name"]
        assert person_desk.TYPES[vector["type"]][0] == vector["name"]
        assert person_desk.said(vector["type"], fields) == vector["json"], (vector["json"], person_desk.said(vector["type"], fields))
        kinds.append(vector["type"])
    assert kinds == sorted(person_desk.TYPES), kinds


def requests_are_named_alike():
    vector = known("claim")
    named = person_desk.claim_id(bytes.fromhex(vector["sender"]), vector["type"], vector["sent_at"], bytes.fromhex(vector["body"]))
    assert named.hex() == vector["id"], named.hex()


def chains_shares_and_grants():
    days = known("authority", "linkage")
    first = bytes.fromhex(days[0]["seed"])
    for day in days:
        seed = authority.linkage_seed(first, day["day"] - days[0]["day"])
        assert seed.hex() == day["seed"] and authority.linkage_of(seed, day["slot"]).hex() == day["linkage"], day
    share = known("authority", "share")
    secret, slope = bytes.fromhex(share["secret"]), bytes.fromhex(share["slope"])
    shares = [(each["x"], bytes.fromhex(each["value"])) for each in share["shares"]]
    for x, value in shares:
        assert authority.share_of(secret, slope, x) == value, x
        assert all(authority.joined(x, value, *other) == secret for other in shares if other[0] != x)
    vector = known("authority", "grant")
    grant = authority.Grant.decode(bytes.fromhex(vector["grant"]))
    assert grant.encode().hex() == vector["grant"] and grant.shares[0][0] == vector["colleague"]
    for i, made in enumerate(vector["tickets"]):
        ticket, seed = grant.ticket(i)
        assert (ticket.encode().hex(), seed.hex()) == (made["ticket"], made["secret"]) and ticket.is_of(grant.organisation)
    assert authority.Certificate.decode(grant.certificate).subject == authority.public_of(grant.certificate_seed)
    assert authority.issuer_of(organisation()).hex() == known("authority", "issuer")


def what_letters_are_worth():
    """The vectors' letters, to who believes their organisation: sealed, notice, card, receipts, medic, witness, announcer, two revocations."""
    judge, nobody = authority.Judge(organisation()), authority.Judge()
    tiers = [judge.rank(envelope) // 16 for envelope in envelopes()]
    assert tiers == [2, 3, 1, 1, 3, 3, 3, 3, 3], tiers  # the card is of another organisation
    ranks = [judge.rank(envelope) for envelope in envelopes()]
    assert [rank // 4 % 4 for rank in ranks[4:]] == [2, 1, 1, 3, 3], ranks
    assert [nobody.rank(envelope) // 16 for envelope in envelopes()] == [2, 1, 1, 1, 2, 1, 1, 2, 2]
    medic, witness, announcer, revocation, joined = envelopes()[4:]
    judge.take(medic)
    judge.take(revocation)
    assert [judge.rank(envelope) // 16 for envelope in (medic, witness, announcer)] == [2, 3, 1], "revoked"
    nobody.take(revocation)
    assert not nobody.revoked, "entries of an unproven letter are taken"
    judge = authority.Judge(organisation())
    judge.take(joined)
    assert judge.rank(medic) // 16 == 2 and judge.rank(announcer) // 16 == 3, "two colleagues revoke one of the two"
    assert judge.rank(witness) // 16 == (3 if letters.letter_id(witness) < letters.letter_id(joined) else 1), "one ticket on two letters"


def tickets_are_spent_once_and_grow_old():
    seed, holder, chain = b"o" * 32, b"h" * 32, b"c" * 32
    ticket = authority.ticket_for(seed, authority.public_of(holder), authority.MEDIC, 5, 4000, authority.linkage_of(chain, 5))
    pair = sorted((authority.ticketed(ticket, holder, letters.URGENT, os.urandom) for _ in range(2)), key=letters.letter_id)
    for order in (pair, pair[::-1]):
        judge = authority.Judge(authority.public_of(seed))
        for envelope in order:
            judge.take(envelope)
        assert [judge.rank(envelope) // 16 for envelope in pair] == [3, 2], "the lower id keeps what the ticket gives"
    forged = authority.Ticket(*ticket[:2], authority.MEDIC, 6, 4000, ticket.linkage, ticket.signature)
    letter = authority.ticketed(forged, holder, letters.URGENT, os.urandom)
    judge = authority.Judge(authority.public_of(seed))
    assert not authority.is_refused(letter) and judge.rank(letter) // 16 == 2, "a forged ticket proves nothing and is carried"
    civilian = authority.ticket_for(seed, authority.public_of(holder), authority.CIVILIAN, 5, 4000, ticket.linkage)
    assert judge.rank(authority.ticketed(civilian, holder, letters.URGENT, os.urandom)) // 4 == 13, "only a medic's is urgent"
    judge.clock = 86400 * 4100 + letters.EPOCH_2016
    judge.turn()
    assert judge.day is None and judge.rank(pair[0]) // 16 == 3, "one voice moves no day"
    judge.take(authority.notice(seed, bytes(8), issued=86400 * 4009 + letters.EPOCH_2016, not_after=86400 * 4010 + letters.EPOCH_2016))
    assert judge.day == 4010 and judge.rank(pair[0]) // 16 == 2, judge.day


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


def those_who_judge_differently():
    """They find the same in common, and send nothing in vain."""
    holder, chain = b"h" * 32, b"c" * 32

    def ticketed(seed, slot, day):
        ticket = authority.ticket_for(seed, authority.public_of(holder), authority.MARSHAL, slot, day, authority.linkage_of(chain, slot))
        return authority.ticketed(ticket, holder, slot % 4, random.Random(slot * 1000 + day).randbytes)
    vouched = [ticketed(b"o" * 32, slot, 4000 + day) for slot in range(4) for day in range(12)]
    vouched += [ticketed(b"p" * 32, 5, 4000 + day) for day in range(3)]
    judge, other_judge = (authority.Judge(authority.public_of(seed * 32)) for seed in (b"o", b"p"))
    one, other = between(vouched, vouched, dialler={"judge": judge})
    assert dict(one.counts) == {"to HELLO": 1} and not other.counts, "equal for both, and yet %s" % one.counts
    assert one.peer.greeting[0] == SAME and one.shown.digests(b"") != other.shown.digests(b"")
    trusting, otherwise = {"judge": judge}, {"judge": other_judge}
    for trusts in ({"dialler": trusting}, {"answerer": trusting}, {"dialler": trusting, "answerer": otherwise}):
        one, other = between(vouched + many(30, seed=1), vouched + many(25, seed=2), **trusts)
        assert set(one.held) == set(other.held) and len(one.held) == 51 + 55
        in_vain = len(one.came) - 25, len(other.came) - 30
        assert max(in_vain) <= 16, "%d and %d letters come in vain" % in_vain
        for link in (one, other):
            assert not link.compare.told & {link.compare.short(letters.Letter.of(envelope)) for envelope in vouched}, "it asks for what it holds"


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


def seen_in_some(of, ours, theirs):
    """Every comparison finds all; an estimate may be off by chance, so that one is planned otherwise."""
    for _ in range(8):
        one, _ = union_on_both(ours, theirs)
        if of(one.counts):
            return
    raise AssertionError(one.counts)


def parts_and_tiers():
    common = many(1200)
    seen_in_some(lambda counts: counts["to ESTIMATE"] == 3 and counts["from SKETCH"] >= 4, common + many(400, seed=1), common + many(350, seed=2))
    common = many(900, 2)
    seen_in_some(lambda counts: counts["to SKETCH"] >= 4, common + many(300, 2, seed=1), common + many(300, 2, seed=2))
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


def compared_alone(link, _):
    """Nothing crosses because it was offered."""
    link.offers_tail = False


def wants_are_kept():
    ours, theirs = many(40, seed=1), many(50, seed=2)
    for side in ("answerer", "dialler"):
        one, other = between(ours, theirs, odd=compared_alone, **{side: {"wants": (16, 0, 120)}})
        assert {e[2] for e in one.came} == {e[2] for e in other.came} == {1, 2, 3}
        assert len(other.came) == sum(e[2] >= 1 for e in ours) and len(one.came) == sum(e[2] >= 1 for e in theirs)
    one, other = between([], many(40), odd=compared_alone, dialler={"wants": (0, 0, 48)})  # room for 4096 bytes, of letters of 256
    assert 14 <= len(one.came) and all(e[2] == 3 for e in one.came[:4]), len(one.came)


def the_tail_is_offered():
    """What is below the floor crosses by being offered and asked for, if anything differs."""
    ours, theirs = many(40, 0, seed=1), many(30, seed=2)
    one, other = between(ours, theirs, answerer={"wants": (16, 0, 120)})
    assert set(one.held) == set(other.held) and len(one.held) == 70, "%d and %d of 70" % (len(one.held), len(other.held))
    assert sum(len(tags) for _, tags in other.offered) == 40, other.offered
    one, other = between(many(400, 0), [], answerer={"wants": (16, 0, 120)})
    assert len(other.held) == 256, "%d of a tail of 400" % len(other.held)
    one, other = between(ours, ours, answerer={"wants": (16, 0, 120)})
    assert not one.counts["to OFFER"] and not other.counts["to OFFER"], "nothing differs, and yet something is offered"


def what_is_not_wanted_is_shown():
    held, gone = many(30), many(3, 2, seed=9)
    one, other = between(held + gone, held, answerer={"remembered": gone})
    assert not other.came and one.shown.digests(b"") == other.shown.digests(b"")
    assert not any(letter.envelope for tag, letter in other.shown.letters.items() if tag in other.remembered)


CASES = [shown_sums, short_ids, tables, lanes, letters_of_all_kinds, a_ticketed_letter_opens, bodies_of_every_type, requests_are_named_alike,
         chains_shares_and_grants,
         what_letters_are_worth, tickets_are_spent_once_and_grow_old, nothing_but_hello, those_who_judge_differently, few_are_listed,
         many_are_sketched, parts_and_tiers, tables_too_small, wants_are_kept, the_tail_is_offered, what_is_not_wanted_is_shown]


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
