"""Short ids, units, estimates and tables of power sums, written from SPEC.md 7.5 alone and with no code of ours. Pure: numbers in, numbers out."""

import struct
from collections import namedtuple

WORD = 0xffffffff
SHIFT_MAX = 12
CELLS_MAX, CAPACITY_MAX, SUMS_MAX, FOUND_MAX = 320, 12, 1920, 1024
COUNTERS = 16
SOLVED, MORE, LARGER = range(3)


class Malformed(AssertionError):
    """What the other side sent is not of the form of SPEC.md 7."""


def require(condition, what):
    if not condition:
        raise Malformed(what)


# --- short ids

def siphash(key, data):
    """SipHash-2-4 with its 64-bit result."""
    whole = 0xffffffffffffffff
    k0, k1 = struct.unpack("<QQ", key)
    v0, v1, v2, v3 = k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573

    def rounds(n):
        nonlocal v0, v1, v2, v3
        for _ in range(n):
            v0, v2 = v0 + v1 & whole, v2 + v3 & whole
            v1, v3 = (v1 << 13 | v1 >> 51) & whole ^ v0, (v3 << 16 | v3 >> 48) & whole ^ v2
            v0 = (v0 << 32 | v0 >> 32) & whole
            v2, v0 = v2 + v1 & whole, v0 + v3 & whole
            v1, v3 = (v1 << 17 | v1 >> 47) & whole ^ v2, (v3 << 21 | v3 >> 43) & whole ^ v0
            v2 = (v2 << 32 | v2 >> 32) & whole

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 255])
    for (word,) in struct.iter_unpack("<Q", padded):
        v3 ^= word
        rounds(2)
        v0 ^= word
    v2 ^= 255
    rounds(4)
    return v0 ^ v1 ^ v2 ^ v3


assert siphash(bytes(range(16)), bytes(range(15))) == 0xa129ca6149be45e5, "the vector of the SipHash paper"


def short_id(key, tag):
    return siphash(key, tag) & WORD or 1


# --- units

class Unit(namedtuple("Unit", "tiers shift rank day part")):
    """Which letters are spoken of."""

    def encode(self):
        return struct.pack("<BBH", self.tiers | self.shift << 4, self.rank, self.day) + (struct.pack("<H", self.part) if self.shift else b"")

    @classmethod
    def decode(cls, data):
        """(unit, what stands behind it)."""
        require(len(data) >= 4, "a unit of %d bytes" % len(data))
        first, rank, day = struct.unpack_from("<BBH", data)
        tiers, shift, part, size = first & 15, first >> 4, 0, 4
        if shift:
            require(len(data) >= 6, "a unit without its part")
            (part,), size = struct.unpack_from("<H", data, 4), 6
        require(tiers and shift <= SHIFT_MAX and part < 1 << shift and rank <= 64, "a unit %s" % data[:size].hex())
        return cls(tiers, shift, rank, day, part), data[size:]

    def names(self, letter, short):
        in_part = self.shift == 0 or short >> (32 - self.shift) == self.part
        return in_part and self.tiers >> letter.tier & 1 == 1 and (letter.rank, letter.day) >= (self.rank, self.day)

    def finer(self, bits):
        return [Unit(self.tiers, self.shift + bits, self.rank, self.day, (self.part << bits) + i) for i in range(1 << bits)]


# --- estimates

def counters_of(ids):
    counters = [0] * COUNTERS
    for x in ids:
        y = x * 0x9e3779b1 & WORD
        y = (y ^ y >> 15) * 0x85ebca77 & WORD
        y = (y ^ y >> 13) * 0xc2b2ae3d & WORD
        y ^= y >> 16
        for i in range(COUNTERS):
            counters[i] += 1 if y >> i & 1 else -1
    return [counter & 255 for counter in counters]


def estimated(ours, our_count, theirs, their_count):
    """How many ids differ, about."""
    signed = [((a - b + 128) & 255) - 128 for a, b in zip(ours, theirs)]
    return max(round(sum(d * d for d in signed) / COUNTERS), abs(our_count - their_count))


# --- GF(2^32): x^32 + x^7 + x^3 + x^2 + 1

SPREAD = [sum((byte >> i & 1) << 2 * i for i in range(8)) for byte in range(256)]


def gf_reduced(r):
    for _ in range(2):
        high = r >> 32
        r = r & WORD ^ high ^ high << 2 ^ high << 3 ^ high << 7
    return r


def gf_mul(a, b):
    a2, a4, a8 = a << 1, a << 2, a << 3
    a3, a12 = a2 ^ a, a4 ^ a8
    low = (0, a, a2, a3, a4, a4 ^ a, a4 ^ a2, a4 ^ a3, a8, a8 ^ a, a8 ^ a2, a8 ^ a3, a12, a12 ^ a, a12 ^ a2, a12 ^ a3)
    r = 0
    for at in (28, 24, 20, 16, 12, 8, 4, 0):
        r = r << 4 ^ low[b >> at & 15]
    return gf_reduced(r)


def gf_square(a):
    return gf_reduced(SPREAD[a & 255] | SPREAD[a >> 8 & 255] << 16 | SPREAD[a >> 16 & 255] << 32 | SPREAD[a >> 24] << 48)


def gf_inverse(a):
    """Euclid over GF(2)."""
    u, v, g, h = a, 1 << 32 | 0b10001101, 1, 0
    while u != 1:
        over = u.bit_length() - v.bit_length()
        if over < 0:
            u, v, g, h, over = v, u, h, g, -over
        u ^= v << over
        g ^= h << over
    return gf_reduced(g)


# --- polynomials over GF(2^32): lists, the lowest coefficient first, the last one not zero

def poly_trimmed(f):
    while f and f[-1] == 0:
        f.pop()
    return f


def poly_mod(a, f):
    """a modulo the monic f, in place."""
    n = len(f) - 1
    while len(a) > n:
        lead = a.pop()
        if lead:
            for i in range(n):
                if f[i]:
                    a[len(a) - n + i] ^= gf_mul(lead, f[i])
    return poly_trimmed(a)


def poly_square(a, f):
    square = [0] * (2 * len(a) - 1) if a else []
    for i, coefficient in enumerate(a):
        square[2 * i] = gf_square(coefficient)
    return poly_mod(square, f)


def poly_monic(a):
    inverse = gf_inverse(a[-1])
    return [gf_mul(c, inverse) for c in a]


def poly_gcd(a, b):
    while b:
        b = poly_monic(b)
        a, b = b, poly_mod(a[:], b)
    return a


def poly_quotient(a, f):
    """a divided by the monic f that divides it."""
    a, quotient = a[:], []
    while len(a) >= len(f):
        quotient.append(a[-1])
        lead = a.pop()
        for i in range(len(f) - 1):
            a[len(a) - len(f) + 1 + i] ^= gf_mul(lead, f[i])
    return quotient[::-1]


def poly_roots(f):
    """The roots of a monic f, if it has as many different ones as its degree; else None. Berlekamp's trace algorithm."""
    if len(f) == 2:
        return [f[0]]
    powers = [poly_mod([0, 1], f)]  # x^(2^i) mod f
    for _ in range(32):
        powers.append(poly_square(powers[-1], f))
    if powers.pop() != powers[0]:
        return None
    factors, roots = [f], []
    for bit in range(32):
        beta, trace = 1 << bit, [0] * (len(f) - 1)
        for power in powers:
            for i, coefficient in enumerate(power):
                trace[i] ^= gf_mul(beta, coefficient)
            beta = gf_square(beta)
        parts = []
        for factor in factors:
            common = poly_gcd(factor, poly_mod(trace[:], factor))
            whole = len(common) in (1, len(factor))
            parts += [factor] if whole else [common, poly_quotient(factor, common)]
        roots += [part[0] for part in parts if len(part) == 2]
        factors = [part for part in parts if len(part) > 2]
        if not factors:
            return roots
    return None


def locator(syndromes):
    """Berlekamp and Massey: the shortest connection polynomial, lowest first, and its length."""
    current, previous, length, gap, last = [1], [1], 0, 1, 1
    for n, s in enumerate(syndromes):
        d = s
        for i in range(1, min(length, len(current) - 1) + 1):
            d ^= gf_mul(current[i], syndromes[n - i])
        if d == 0:
            gap += 1
            continue
        factor, before = gf_mul(d, gf_inverse(last)), current
        current = current + [0] * (len(previous) + gap - len(current))
        for i, coefficient in enumerate(previous):
            current[i + gap] ^= gf_mul(factor, coefficient)
        if 2 * length <= n:
            previous, last, length, gap = before, d, n + 1 - length, 1
        else:
            gap += 1
    return poly_trimmed(current), length


def ids_of_sums(sums, at_most):
    """The ids whose odd power sums these are, if there are at most so many; else None."""
    syndromes = [0] * (2 * len(sums))
    for i in range(len(syndromes)):
        syndromes[i] = sums[i // 2] if i % 2 == 0 else gf_square(syndromes[i // 2])
    connection, length = locator(syndromes)
    if length == 0 or length > at_most or len(connection) != length + 1:
        return None
    return poly_roots(connection[::-1])


# --- tables

def places(x, cells):
    """The one or two cells of an id."""
    h = x
    h = (h ^ h >> 16) * 0x85ebca6b & WORD
    h = (h ^ h >> 13) * 0xc2b2ae35 & WORD
    h ^= h >> 16
    g = h * 0x9e3779b1 & WORD
    g ^= g >> 15
    first, second = h * cells >> 32, g * cells >> 32
    return (first,) if first == second else (first, second)


def powers_of(x, count):
    """x, x^3, x^5, ..."""
    square, power = gf_square(x), x
    for _ in range(count):
        yield power
        power = gf_mul(power, square)


class Table:
    def __init__(self, cells, capacity, ids=()):
        self.cells, self.capacity = cells, capacity
        self.sums = [[0] * capacity for _ in range(cells)]
        self.within = [set() for _ in range(cells)]
        for x in ids:
            self.toggle(x)

    def toggle(self, x):
        powers = list(powers_of(x, self.capacity))
        for cell in places(x, self.cells):
            self.within[cell] ^= {x}
            self.sums[cell] = [a ^ b for a, b in zip(self.sums[cell], powers)]

    def next_sum(self, cell):
        """The power sum behind those that the table has now, of one cell."""
        total = 0
        for x in self.within[cell]:
            *_, last = powers_of(x, self.capacity + 1)
            total ^= last
        return total

    def encode(self):
        return b"".join(struct.pack("<%dI" % self.capacity, *sums) for sums in self.sums)


class Solver:
    """A table of the other side's, and the ids of one's own in the same unit: finds the ids that only one of the two has."""

    def __init__(self, capacity, sums, own):
        require(1 <= capacity <= CAPACITY_MAX, "a capacity of %d" % capacity)
        require(len(sums) % (4 * capacity) == 0 and sums, "%d bytes of sums of %d" % (len(sums), capacity))
        cells = len(sums) // (4 * capacity)
        require(cells <= CELLS_MAX and cells * capacity <= SUMS_MAX, "%d cells of %d sums" % (cells, capacity))
        self.table, self.own, self.found = Table(cells, capacity, own), set(own), set()
        for cell, theirs in enumerate(struct.iter_unpack("<%dI" % capacity, sums)):
            self.table.sums[cell] = [a ^ b for a, b in zip(self.table.sums[cell], theirs)]
        self.named = None  # the cells that the last NEED named

    def peel(self):
        table = self.table
        waiting = [cell for cell in range(table.cells) if any(table.sums[cell])]
        effort = 4 * table.cells + 32  # a cell that was misread could go on for ever
        while waiting and effort > 0 and len(self.found) <= FOUND_MAX:
            effort -= 1
            cell = waiting.pop()
            if not any(table.sums[cell]):
                continue
            ids = ids_of_sums(table.sums[cell], table.capacity - (table.cells == 1))
            if ids is None or not all(x and cell in places(x, table.cells) for x in ids):
                continue
            for x in ids:
                table.toggle(x)
                self.found ^= {x}
                waiting += [other for other in places(x, table.cells) if other != cell and any(table.sums[other])]

    def verdict(self):
        self.peel()
        table = self.table
        left = [cell for cell in range(table.cells) if any(table.sums[cell])]
        if not left:
            return SOLVED
        regrown = self.named is not None and not set(left) <= set(self.named)
        beyond = table.capacity == CAPACITY_MAX or table.cells * (table.capacity + 1) > SUMS_MAX
        if table.cells == 1 or 8 * len(self.found) < table.cells or beyond or regrown or len(self.found) > FOUND_MAX:
            return LARGER
        self.named = left
        return MORE

    def bitmap(self):
        bits = sum(1 << cell for cell in self.named)
        return bits.to_bytes((self.table.cells + 7) // 8, "little")

    def extend(self, payload):
        """MORE: one sum for each cell that was named."""
        require(len(payload) == 4 * len(self.named), "MORE of %d bytes for %d cells" % (len(payload), len(self.named)))
        table = self.table
        added = {cell: table.next_sum(cell) ^ theirs for cell, (theirs,) in zip(self.named, struct.iter_unpack("<I", payload))}
        table.capacity += 1
        for cell in range(table.cells):
            table.sums[cell].append(added.get(cell, 0))
