"""Cases of interop.py: what an organisation vouches for, in a real post that is told whom to believe and in barid_authority.Judge (SPEC.md 12).
What a post thinks of its letters shows in the tier digests of its greeting."""

import os
import time

import barid_authority as authority
import barid_letters as letters
from barid_authority import CIVILIAN, MARSHAL, MEDIC, Judge
from barid_peer import Neighbour
from interop_room import hand_in, holdings, ids_of, many

CONTROL_TRUST = 7


class Organisation:
    """Its key, the chains of its people, and whom it certified."""

    def __init__(self, name):
        self.name, self.seed = name, os.urandom(32)
        self.key = authority.public_of(self.seed)
        self.chains = {}  # person: seed of today
        self.now = int(time.time())
        self.today = authority.day_of(self.now)

    def chain(self, person):
        return self.chains.setdefault(person, os.urandom(32))

    def ticket(self, person, role, slot, day=None):
        """(ticket, its private key), of today if not said."""
        day, secret = self.today if day is None else day, os.urandom(32)
        linkage = authority.linkage_of(authority.linkage_seed(self.chain(person), max(0, day - self.today)), slot)
        return authority.ticket_for(self.seed, authority.public_of(secret), role, slot, day, linkage), secret

    def letter(self, person, role, slot, number_class, day=None):
        return authority.ticketed(*self.ticket(person, role, slot, day), number_class, os.urandom)

    def said(self, topic, issued=None):
        issued = issued or self.now
        return authority.notice(self.seed, topic.ljust(8, b"\0"), issued=issued, not_after=issued + 3600)

    def certified(self, announcer_seed, secret, topic):
        times = {"issued": self.now, "not_after": self.now + 3600}
        certificate = authority.certificate_for(self.seed, authority.public_of(announcer_seed), 7, self.now - 60, self.now + 86400,
                                                authority.commitment_of(secret))
        return authority.notice(announcer_seed, topic.ljust(8, b"\0"), extra=certificate, **times)

    def card(self):
        return authority.organisation_card(self.seed, self.name, self.now)

    def card_file(self, room):
        path = os.path.join(room.folder, "%s.card" % self.name)
        with open(path, "w", encoding="ascii") as file:
            file.write(authority.card_text(self.card()) + "\n")
        return path


def judges_alike(post, judge, what):
    """The post shows the letters it holds in the tiers in which this judge sees them. Returns how many are in each."""
    held = holdings(post)
    judge.clock = int(time.time())
    for envelope in held + held:  # what comes later may be about what came before
        judge.take(envelope)
    shown = letters.Shown(held, judge)
    with Neighbour.dial(post.port, held=held, judge=judge) as link:
        wrong = [tier for tier in range(4) if link.their_digests[tier] != shown.tier_digest(link.peer.h1, tier)]
        assert not wrong, "%s: tiers %s are not ours, which are of %s letters" % (what, wrong, shown.counts)
        link.greet()
        assert not link.waits(0.3), "%s: equal, and yet %s" % (what, link.turn())
    return shown.counts


def given(post, envelopes):
    """Over a link that gives them in this order and takes nothing."""
    with Neighbour.dial(post.port) as link:
        link.keeps = False
        link.greet()
        return link.give(envelopes, hold=False)


def every_kind(organisation):
    """What an organisation vouches for in every way there is: (what, envelope, tier)."""
    announcer, secret = os.urandom(32), os.urandom(32)
    witness, witness_seed = organisation.ticket("Sami", MARSHAL, 0)
    times = {"issued": organisation.now, "not_after": organisation.now + 3600}
    return [
        ("a medic's urgent letter", organisation.letter("Huda", MEDIC, 0, letters.URGENT), 3),
        ("a medic's routine letter", organisation.letter("Huda", MEDIC, 1, letters.ROUTINE), 3),
        ("a civilian's urgent letter", organisation.letter("Rana", CIVILIAN, 0, letters.URGENT), 3),
        ("a witness", authority.notice(witness_seed, b"witness.", extra=witness, **times), 3),
        ("a notice", organisation.said(b"buses"), 3),
        ("an announcer", organisation.certified(announcer, secret, b"trains"), 3),
        ("a card", authority.control_letter(organisation.card()), 3),
        ("a revocation", authority.revocation(organisation.seed, [(organisation.today, os.urandom(32))], organisation.now), 3),
        ("nobody's urgent letter", letters.sealed(letters.URGENT), 2),
        ("nobody's letter", letters.sealed(letters.STATUS), 1),
    ]


def vouched_for(room):
    """Every kind of voucher, at a post that believes the organisation and at one that does not."""
    organisation, stranger = Organisation("Medics"), Organisation("Strangers")
    kinds = every_kind(organisation)
    ours, theirs = [envelope for _, envelope, _ in kinds], [envelope for _, envelope, _ in every_kind(stranger)[:8]]
    believing, other = room.listening("believing", "--trust", organisation.card_file(room)), room.listening("unbelieving")
    for post, judge in ((believing, Judge(organisation.key)), (other, Judge())):
        assert given(post, ours + theirs) == [True] * len(ours + theirs), "something is refused"
        counts = judges_alike(post, judge, "all kinds")
        assert counts[3] == (8 if post is believing else 0), counts
    for what, envelope, tier in kinds:
        judge = Judge(organisation.key)
        assert judge.rank(envelope) // 16 == tier, what
    with Neighbour.dial(believing.port) as link:  # and these leave first
        link.greet()
        came = link.take_all(len(ours + theirs))
        first = sorted((Judge(organisation.key).rank(envelope) for envelope in came), reverse=True)
        assert [Judge(organisation.key).rank(envelope) for envelope in came[:8]] == first[:8], "the proven do not come first"


def a_desk_says_whom_to_believe(room):
    """The organisations of a desk: what the post holds already is judged again, and a restart forgets nothing of it."""
    organisation = Organisation("Desk")
    post = room.listening("told")
    hand_in(post, [envelope for _, envelope, _ in every_kind(organisation)])
    assert judges_alike(post, Judge(), "before")[3] == 0
    with post.desk() as desk:
        desk.send(CONTROL_TRUST, bytes([1]) + organisation.key)
        assert desk.receive(CONTROL_TRUST) == b"\1", "it does not believe it"
    judge = Judge(organisation.key)
    assert judges_alike(post, judge, "told")[3] == 8
    assert post.stop() == 0
    post.start()
    judges_alike(post, judge, "started again")


def forged_tickets(room):
    """What no carrier can check is carried as anybody's; what every carrier can check is refused."""
    organisation, stranger = Organisation("Forged"), Organisation("Forger")
    post = room.listening("forged", "--trust", organisation.card_file(room))
    good, seed = organisation.ticket("Huda", MEDIC, 0)
    other, other_seed = stranger.ticket("Huda", MEDIC, 0)
    raised, raised_seed = organisation.ticket("Rana", CIVILIAN, 1)
    unproven = [
        authority.ticketed(other._replace(issuer=good.issuer), other_seed, letters.URGENT, os.urandom),
        authority.ticketed(raised._replace(role=MEDIC), raised_seed, letters.URGENT, os.urandom),
        authority.ticketed(good._replace(key=authority.public_of(other_seed)), other_seed, letters.URGENT, os.urandom),
        authority.ticketed(good._replace(slot=3), seed, letters.URGENT, os.urandom),
    ]
    assert given(post, unproven) == [True] * len(unproven), "a ticket that proves nothing is carried"
    assert judges_alike(post, Judge(organisation.key), "forged")[3] == 0
    letter = authority.ticketed(good, seed, letters.URGENT, os.urandom)
    swapped = letter[:32] + organisation.ticket("Huda", MEDIC, 4)[0].encode() + letter[152:]
    tomorrow = letters.header_of(letters.SEALED, 3, letters.TICKET, 1, 1, good.day + 1, letter[8:24])
    witness = authority.notice(seed, b"w" * 8, extra=good, issued=organisation.now, not_after=organisation.now + 60)
    later = authority.notice(seed, b"w" * 8, extra=good, issued=organisation.now, not_after=organisation.now + 60, seq=2)
    going = authority.notice(seed, b"w" * 8, extra=good, issued=organisation.now, not_after=organisation.now + 60, verb=2)
    refused = [letters.with_check(swapped), authority.spent_on(tomorrow, good, letter[216:], seed),
               authority.spent_on(letter[:24] + bytes(8), good, letter[216:], other_seed), later, going,
               letters.with_check(letter[:216] + bytes([letter[216] ^ 1]) + letter[217:]),
               letters.with_check(witness[:40] + bytes([witness[40] ^ 1]) + witness[41:]),
               authority.revocation(other_seed, [(0, bytes(32))], ticket=good)]
    assert all(authority.is_refused(envelope) for envelope in refused)
    assert given(post, refused) == [False] * len(refused), "bits %s" % (given(post, refused),)
    assert given(post, [letter]) == [True], "what was refused kept the genuine letter out"
    assert judges_alike(post, Judge(organisation.key), "genuine")[3] == 1


def one_ticket_twice(room):
    """Whichever comes first, the lower id keeps what the ticket gives."""
    organisation = Organisation("Twice")
    card = organisation.card_file(room)
    for name, backwards in (("lower-first", False), ("higher-first", True)):
        ticket = organisation.ticket("Huda", MEDIC, 7 + backwards)
        pair = sorted((authority.ticketed(*ticket, letters.URGENT, os.urandom) for _ in range(2)), key=letters.letter_id, reverse=backwards)
        post, judge = room.listening(name, "--trust", card), Judge(organisation.key)
        for envelope in pair:
            assert given(post, [envelope]) == [True]
        counts = judges_alike(post, judge, name)
        assert counts[2:] == [1, 1], counts


def revoked(room):
    """By the organisation, by two colleagues, by strangers: what was held and what comes later."""
    organisation = Organisation("Revoking")
    post, judge = room.listening("revoked", "--trust", organisation.card_file(room)), Judge(organisation.key)
    announcer, secret = os.urandom(32), os.urandom(32)
    before = [organisation.letter(person, MEDIC, slot, letters.NEED) for person in ("Huda", "Sami", "Rana") for slot in range(3)]
    given(post, before + [organisation.certified(announcer, secret, b"first")])
    assert judges_alike(post, judge, "before")[3] == 10
    stranger = authority.revocation(os.urandom(32), [(organisation.today, organisation.chain("Rana"))], organisation.now)
    assert given(post, [stranger]) == [True] and judges_alike(post, judge, "a stranger's")[3] == 10
    by_organisation = authority.revocation(organisation.seed, [(organisation.today, organisation.chain("Huda")), (0, secret)], organisation.now)
    assert given(post, [by_organisation]) == [True]
    slope = os.urandom(32)
    shares = [(x, authority.share_of(organisation.chain("Sami"), slope, x)) for x in (3, 9)]
    ticket, ticket_seed = organisation.ticket("Rana", MARSHAL, 20)
    joined = authority.revocation(ticket_seed, [(organisation.today, authority.joined(*shares[0], *shares[1]))], ticket=ticket)
    assert given(post, [joined]) == [True]
    later = [organisation.letter("Huda", MEDIC, 5, letters.URGENT, organisation.today + 3), organisation.letter("Sami", MEDIC, 6, letters.URGENT),
             organisation.letter("Rana", MEDIC, 7, letters.URGENT), organisation.certified(announcer, secret, b"second")]
    assert given(post, later) == [True] * 4
    judge.revoked |= {(organisation.today, organisation.chain("Huda")), (0, secret), (organisation.today, organisation.chain("Sami"))}
    proven = judges_alike(post, judge, "revoked")[3]
    assert proven == 4 + 2 + 1, "%d proven" % proven  # Rana's letters, both revocations, and the notice that was held
    assert post.stop() == 0
    post.start()
    judges_alike(post, judge, "started again")


def old_tickets(room):
    """A ticket that comes more than nine days late is worth nothing, if two voices say so; one may be a day ahead of the other."""
    organisation = Organisation("Old")
    card = organisation.card_file(room)
    for name, voices, proven in (("nobody", [], 3), ("today", [organisation.now], 2), ("ahead", [organisation.now + 5 * 86400], 1)):
        post, judge = room.listening("old-" + name, "--trust", card), Judge(organisation.key, clock=organisation.now)
        said = [organisation.said(b"today", voice) for voice in voices]
        aged = [organisation.letter("Huda", MEDIC, age, letters.NEED, organisation.today - age) for age in (8, 9, 10)]
        assert given(post, said + aged) == [True] * len(said + aged)
        counts = judges_alike(post, judge, name)
        assert counts[3] == len(said) + proven, "%s: %s" % (name, counts)


def the_proven_are_ordered_by_day(room):
    """What there is no room for is not sent; of one rank the later days come first (7.4, 7.8)."""
    organisation = Organisation("Days")
    theirs = [organisation.letter("Huda", MARSHAL, slot, letters.NEED, organisation.today - slot % 5) for slot in range(30)]
    post, judge = room.listening("days", "--trust", organisation.card_file(room)), Judge(organisation.key)
    hand_in(post, theirs)
    with Neighbour.dial(post.port, wants=(0, 0, 48), judge=judge) as link:  # 2^12 bytes: eight letters of 512
        link.answers_offers = False
        link.greet()
        link.run_until_quiet()
        days = [letters.Letter.of(envelope, judge).day for envelope in link.came]
        assert days == sorted(days, reverse=True) and sorted(set(days)) == [organisation.today - 1, organisation.today], days
        assert len(days) == 12, "%d letters of the days for which there is room" % len(days)
    with Neighbour.dial(post.port, wants=(54, organisation.today - 2, 120), judge=judge) as link:  # which is the rank of them all
        link.answers_offers = False
        link.greet()
        link.run_until_quiet()
        days = [letters.Letter.of(envelope, judge).day for envelope in link.came]
        assert len(days) == 18 and min(days) == organisation.today - 2, days
        offered = {tag for _, tags in link.offered for tag in tags}
        assert len(offered) == 12, "%d of the 12 others are offered" % len(offered)


def judged_differently(room):
    """A post that believes somebody and this side, which believes nobody, find what either lacks, and little crosses in vain."""
    organisation = Organisation("Differing")
    vouched = [organisation.letter("Huda", MARSHAL, slot, number_class) for number_class in range(4) for slot in range(number_class, 32, 4)]
    theirs, ours = many(40), many(35)
    for name, trust in (("differs", ["--trust", organisation.card_file(room)]), ("differs-not", [])):
        post = room.listening(name, *trust)
        hand_in(post, vouched + theirs)
        judge = Judge() if trust else Judge(organisation.key)
        with Neighbour.dial(post.port, held=vouched + ours, judge=judge) as link:
            link.greet()
            link.run_until_quiet()
            assert ids_of(link.held.values()) == ids_of(holdings(post)) == ids_of(vouched + theirs + ours)
            in_vain = link.counts["to LETTER"] + link.counts["from LETTER"] - len(theirs + ours)
            assert in_vain <= 32, "%d letters cross in vain" % in_vain
        with Neighbour.dial(post.port, held=vouched + ours + theirs, judge=judge) as link:
            link.greet()
            assert link.found_same and not link.waits(0.5), "they show the same"


CASES = [vouched_for, a_desk_says_whom_to_believe, forged_tickets, one_ticket_twice, revoked, old_tickets, the_proven_are_ordered_by_day,
         judged_differently]
