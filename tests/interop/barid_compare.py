"""The conversation in which two posts find out which letters only one of them has, written from SPEC.md 7.4 and 7.5 alone. Messages in,
messages out; no socket. What a test wants to be odd (tables too small, estimates that lie) it overrides: plan_table, plan_parts and estimate_of
are there for that."""

import struct
from collections import deque

import barid_letters as letters
import barid_sketch as sketch
from barid_sketch import LARGER, MORE, SOLVED, Table, Unit, require
from noise_peer import ESTIMATE, LIST, MORE_SUMS, NEED, SKETCH

IDS_MAX = 1000
PART_DIFFERENCES = 200
SENT_UNSURE = 16
ALL = 15


class Described:
    """A unit of this side's letters that the other has not yet answered with solved or larger."""

    def __init__(self, unit, differences, named, table=None):
        self.unit, self.differences, self.named, self.table = unit, differences, named, table
        self.first = False


class Comparison:
    def __init__(self, binding, shown, remembered, wants, send, lacks, may_lack):
        """shown: letters.Shown; remembered: Letter by tag, not shown; wants: (rank, day, capacity); send(kind, payload); lacks(letter): the other
        side does not have it; may_lack(letter): it may have it in another tier."""
        self.key = letters.digest("barid-short-v1", 16, binding)
        self.shown, self.remembered, self.send, self.lacks, self.may_lack = shown, remembered, send, lacks, may_lack
        self.sent_unsure = 0
        self.wants, self.their_wants = wants, (0, 0, 255)
        self.short_of = {}
        self.equal = self.compared = 0
        self.described, self.planned, self.estimates = None, deque(), deque()
        self.solver, self.solving, self.own = None, None, {}
        self.told = set()  # short ids that this side asked for
        self.unknown = 0  # short ids that the other side asked for and this one did not describe

    # --- which letters

    def short(self, letter):
        if letter.tag not in self.short_of:
            self.short_of[letter.tag] = sketch.short_id(self.key, letter.tag)
        return self.short_of[letter.tag]

    def named(self, unit):
        return {self.short(letter): letter for letter in self.shown.letters.values() if unit.names(letter, self.short(letter))}

    def floor(self):
        """7.4: the highest of both wants and of the place at which this side's letters exceed the other's capacity."""
        place, room = (0, 0), 2 ** (self.their_wants[2] / 4)
        carried = [letter for letter in self.shown.letters.values() if letter.envelope]
        for letter in sorted(carried, key=lambda l: (-l.rank, -l.day)):
            room -= len(letter.envelope)
            if room < 0:
                place = (letter.rank, letter.day)
                break
        return max(self.wants[:2], self.their_wants[:2], place)

    # --- describing

    def first_flight(self):
        """Of a responder that shows something else than the initiator."""
        unit = Unit(ALL, 0, *self.wants[:2], 0)
        if len(self.shown.letters) <= 16:
            self.send_list(unit, 0)
            return
        first = unit._replace(tiers=1 << (3 if self.shown.counts[3] else 2))
        if len(self.named(first)) <= 5:
            self.send_list(first, 0)
        else:
            self.send_sketch(first, 0, 1, 5)
        self.described.first = True
        self.send_estimate(unit)

    def send_list(self, unit, differences):
        named = self.named(unit)
        self.described = Described(unit, differences, named)
        self.send(LIST, unit.encode() + struct.pack("<%dI" % len(named), *named))

    def send_sketch(self, unit, differences, cells, capacity):
        named = self.named(unit)
        table = Table(cells, capacity, named)
        self.described = Described(unit, differences, named, table)
        self.send(SKETCH, unit.encode() + bytes([capacity]) + table.encode())

    def estimate_of(self, unit):
        """(count, counters) of this side's letters of a unit."""
        named = self.named(unit)
        return len(named), sketch.counters_of(named)

    def send_estimate(self, unit):
        count, counters = self.estimate_of(unit)
        self.send(ESTIMATE, unit.encode() + struct.pack("<I", count) + bytes(counters))

    def plan_parts(self, differences, count):
        """Into how many parts (as a power of two) so many differences of so many letters are cut."""
        listed = 3 * count < 4 * differences
        bits = 0
        while (count >> bits > IDS_MAX * 3 // 4 if listed else differences >> bits > PART_DIFFERENCES) and bits < sketch.SHIFT_MAX:
            bits += 1
        return bits

    def plan_table(self, differences, count):
        """(cells, capacity), or None for a LIST."""
        if 3 * count < 4 * differences:
            return None
        if differences <= 7:
            return 1, differences + 3
        return -(-5 * differences // 12), 3

    def describe_next(self):
        if self.described or not self.planned:
            return
        unit, differences = self.planned.popleft()
        count = len(self.named(unit))
        table = self.plan_table(differences, count)
        if table is None and count > IDS_MAX:
            self.plan_finer(unit, differences)
            self.describe_next()
        elif table is None:
            self.send_list(unit, differences)
        else:
            self.send_sketch(unit, differences, *table)

    def plan_finer(self, unit, differences):
        bits = max(1, self.plan_parts(differences, len(self.named(unit))))
        if unit.shift + bits <= sketch.SHIFT_MAX:
            self.planned.extendleft(reversed([(part, -(-differences >> bits)) for part in unit.finer(bits)]))

    # --- what the other side says

    def take(self, kind, payload):
        {ESTIMATE: self.take_estimate, SKETCH: self.take_sketch, MORE_SUMS: self.take_more, LIST: self.take_list, NEED: self.take_need}[kind](payload)

    def take_estimate(self, payload):
        unit, rest = Unit.decode(payload)
        require(unit.shift == 0 and len(rest) == 20, "ESTIMATE %s" % payload.hex())
        self.estimates.append((unit, *struct.unpack("<I", rest[:4]), rest[4:]))
        self.answer_estimates()

    def answer_estimates(self):
        """One after the other, each when what the one before led to has been described."""
        while self.estimates and not self.described and not self.planned and not self.solver:
            self.answer_estimate(*self.estimates.popleft())
            self.describe_next()

    def answer_estimate(self, unit, their_count, their_counters):
        tiers = unit.tiers & ~self.equal & ~self.compared
        if not tiers:
            return
        floor = max((unit.rank, unit.day), self.floor())
        ours = unit._replace(tiers=tiers, rank=floor[0], day=floor[1])
        if floor > (unit.rank, unit.day):
            self.send_estimate(ours)
            return
        count, counters = self.estimate_of(unit)
        differences = sketch.estimated(counters, count, their_counters, their_count)
        if differences > 256 and tiers & tiers - 1:
            for tier in (3, 2, 1, 0):
                if tiers >> tier & 1:
                    self.send_estimate(ours._replace(tiers=1 << tier))
            return
        bits = self.plan_parts(differences, len(self.named(ours)))
        parts = ours.finer(bits) if bits else [ours]
        self.planned.extend((part, -(-differences >> bits)) for part in parts)

    def take_sketch(self, payload):
        require(self.solver is None, "a SKETCH while MORE is due")
        self.solving, rest = Unit.decode(payload)
        require(len(rest) >= 1, "a SKETCH without capacity")
        self.own = self.named(self.solving)
        self.solver = sketch.Solver(rest[0], rest[1:], self.own)
        self.answer_table()

    def take_more(self, payload):
        require(self.solver is not None, "a MORE that nobody asked for")
        self.solver.extend(payload)
        self.answer_table()

    def answer_table(self):
        verdict = self.solver.verdict()
        bitmap = self.solver.bitmap() if verdict == MORE else b""
        found = self.solver.found
        if verdict != MORE:
            self.solver = None
        # A table that is given up may have been misread in part: what it seemed to say comes again with the finer ones.
        self.answer(verdict, bitmap, found if verdict == SOLVED else set())

    def take_list(self, payload):
        require(self.solver is None, "a LIST while MORE is due")
        self.solving, rest = Unit.decode(payload)
        require(len(rest) % 4 == 0 and len(rest) <= 4 * IDS_MAX, "a LIST of %d bytes of ids" % len(rest))
        self.own = self.named(self.solving)
        self.answer(SOLVED, b"", {x for (x,) in struct.iter_unpack("<I", rest)} ^ set(self.own))

    def answer(self, verdict, bitmap, found):
        asked = found - set(self.own) - self.told
        if asked:  # what the two judge differently is in another unit of this side
            asked -= {self.short(letter) for letter in self.shown.letters.values()}
        asked = self.without_remembered(asked)
        self.told |= asked
        self.send(NEED, bytes([verdict]) + bitmap + struct.pack("<%dI" % len(asked), *asked))
        if verdict == SOLVED and self.solving.part + 1 == 1 << self.solving.shift:
            self.compared |= self.solving.tiers
        self.found(sorted((self.own[x] for x in found & set(self.own)), key=lambda l: (-l.rank, -l.day)))
        self.answer_estimates()

    def found(self, lacking):
        """What the describer of a unit seems to lack; but what is not in this unit it may hold as of a tier, or below a floor, that was left out."""
        unsure = ALL & ~self.equal & ~self.solving.tiers or (self.solving.rank, self.solving.day) > (0, 0)
        for letter in lacking:
            if unsure and self.sent_unsure >= SENT_UNSURE:
                self.may_lack(letter)
                continue
            self.sent_unsure += 1 if unsure else 0
            self.lacks(letter)

    def without_remembered(self, ids):
        """Of short ids that only the other side has: those to ask for. What is remembered is shown from now on instead."""
        for letter in list(self.remembered.values()):
            if self.short(letter) in ids:
                ids = ids - {self.short(letter)}
                self.shown.add(letter)
        return ids

    def take_need(self, payload):
        require(self.described is not None and payload and payload[0] <= LARGER, "a NEED that nobody asked for: %s" % payload[:40].hex())
        described, verdict, rest = self.described, payload[0], payload[1:]
        if verdict == MORE:
            require(described.table is not None and described.table.cells > 1, "a NEED for more of what has no more")
            size = (described.table.cells + 7) // 8
            named = [i for i in range(8 * size) if int.from_bytes(rest[:size], "little") >> i & 1]
            require(len(rest) >= size and named and named[-1] < described.table.cells, "the bitmap of a NEED")
            rest = rest[size:]
        require(len(rest) % 4 == 0 and len(rest) <= 4 * IDS_MAX, "a NEED of %d bytes of ids" % len(rest))
        if verdict == MORE:
            self.send(MORE_SUMS, b"".join(struct.pack("<I", described.table.next_sum(cell)) for cell in named))
            described.table.capacity += 1
        for (x,) in struct.iter_unpack("<I", rest):
            letter = described.named.get(x)
            if letter is None:
                self.unknown += 1
            else:
                self.lacks(letter)
        if verdict != MORE:
            self.answered(described, verdict)

    def answered(self, described, verdict):
        self.described, unit = None, described.unit
        if verdict == SOLVED and unit.part + 1 == 1 << unit.shift:
            self.compared |= unit.tiers
        elif verdict == LARGER and not described.first:
            self.plan_finer(unit, max(2 * described.differences, 12))
        self.describe_next()
        self.answer_estimates()
