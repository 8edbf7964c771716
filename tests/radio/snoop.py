"""Reads what btmon -w wrote and says what each adapter let the air know: adverts as the OTHER adapters received them, addresses, and all that it sent
on links. Nothing here is encrypted by the radio, for nobody pairs, so what is sent to a link is what a stranger's sniffer would see."""

import struct
from bisect import bisect_right
from collections import defaultdict, namedtuple

from emission import Emission

SERVICE = bytes.fromhex("7b1e6b539d2a4c0f8f3e2a5d94c1e0b7")[::-1]  # as in the air, least significant byte first
BEACON_SIZE = 10

EPOCH_US = 0x00E03AB44A676000  # of btsnoop, in the year 2000
EPOCH_2000 = 946684800

NEW_INDEX, _, COMMAND, EVENT, ACL_TX, ACL_RX = range(6)
SET_RANDOM_ADDRESS, SET_ADVERT_ADDRESS, SET_DATA, SET_RESPONSE, ENABLE = 0x2005, 0x2035, 0x2037, 0x2038, 0x2039
REMOVE_SET, CLEAR_SETS = 0x203C, 0x203D
DISCONNECTED, META = 0x05, 0x3E
CONNECTED, REPORT, CONNECTED_ENHANCED, REPORT_EXTENDED, SET_TERMINATED = 0x01, 0x02, 0x0A, 0x0D, 0x12
ATT, SIGNALS, SECURITY, FIRST_DYNAMIC = 4, 5, 6, 0x40

Record = namedtuple("Record", "at index kind data")
Advert = namedtuple("Advert", "at receiver address response data")

# What is the same for every device in the world, and so says nothing of one:
# - an advert's flags (general discoverable, no BR/EDR), and the service id with its length and type bytes;
# - the headers of L2CAP: lengths, and channel numbers, which Linux hands out from 0x40 upward anew on every connection;
# - L2CAP's signals to open, close and credit a channel and to change a connection's timing: a code, a counter from 1, and numbers that are constants
#   of Linux and of Barid (PSM, sizes, credits, milliseconds). Only these codes, and none with room for more.
FLAGS = {bytes([0x02, 0x01, 0x06]), bytes([0x02, 0x01, 0x02])}
SIGNAL_SIZES = {0x01: 6, 0x06: 4, 0x07: 4, 0x12: 8, 0x13: 2, 0x14: 10, 0x15: 10, 0x16: 4}


def records(path):
    """Bounds are the file's; btmon may have been cut off in mid-record."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != b"btsnoop\0" or struct.unpack_from(">I", data, 12)[0] != 2001:
        raise ValueError("%s is not a capture of btmon" % path)
    at, found = 16, []
    while at + 24 <= len(data):
        _, size, flags, _, when = struct.unpack_from(">IIIIQ", data, at)
        if at + 24 + size > len(data):
            break
        found.append(Record((when - EPOCH_US) / 1e6 + EPOCH_2000, flags >> 16, flags & 0xFFFF, data[at + 24:at + 24 + size]))
        at += 24 + size
    return found


def reports(record):
    """The adverts in one event."""
    if record.kind != EVENT or record.data[0] != META or record.data[2] not in (REPORT, REPORT_EXTENDED):
        return []
    data = record.data[2:]
    found, at = [], 2
    for _ in range(data[1]):
        if data[0] == REPORT:
            kind, _, size = data[at], data[at + 1], data[at + 8]
            address, body, response = data[at + 2:at + 8], data[at + 9:at + 9 + size], kind == 4
            at += 9 + size + 1
        else:
            (kind,), size = struct.unpack_from("<H", data, at), data[at + 23]
            address, body, response = data[at + 3:at + 9], data[at + 24:at + 24 + size], bool(kind & 8)
            at += 24 + size
        found.append(Advert(record.at, record.index, address, response, body))
    return found


def structures(data):
    """The parts of an advert, each with its length and type byte."""
    at = 0
    while at < len(data) and data[at]:
        yield data[at:at + 1 + data[at]]
        at += 1 + data[at]


def ended(record):
    """The sets that a controller shows no longer after this: taken away, or ended by the link that one of them led to. None: all of them."""
    if record.kind == EVENT and record.data[0] == META and record.data[2] == SET_TERMINATED:
        return [record.data[4]]
    if record.kind != COMMAND:
        return []
    (code,) = struct.unpack_from("<H", record.data)
    return [record.data[3]] if code == REMOVE_SET else None if code == CLEAR_SETS else []


def shown(captured):
    """The adverts that the kernel told controllers to show, whether or not somebody listened."""
    sets, found = {}, []
    for record in captured:
        over = ended(record)
        for index, handle in list(sets):
            if index == record.index and (over is None or handle in over):
                sets[(index, handle)]["on"] = False
        if record.kind != COMMAND:
            continue
        code, data = struct.unpack_from("<H", record.data)[0], record.data[3:]
        if code == ENABLE:
            which = [data[2 + 4 * i] for i in range(data[1])] or [handle for index, handle in sets if index == record.index]
            changed = [(record.index, handle) for handle in which]
        elif code in (SET_ADVERT_ADDRESS, SET_DATA, SET_RESPONSE):
            changed = [(record.index, data[0])]
        else:
            continue
        for key in changed:
            one = sets.setdefault(key, {"on": False})
            one["on"] = bool(data[0]) if code == ENABLE else one["on"]
            if code != ENABLE:
                one[code] = data[1:7] if code == SET_ADVERT_ADDRESS else data[4:4 + data[3]]
            if one["on"] and SET_ADVERT_ADDRESS in one:
                found += [Advert(record.at, record.index, one[SET_ADVERT_ADDRESS], part == SET_RESPONSE, one[part])
                          for part in (SET_DATA, SET_RESPONSE) if part in one]
    return found


class Capture:
    """faults: sentences about what must not be on the air at all."""

    def __init__(self, path):
        self.records = records(path)
        self.adverts = [advert for record in self.records for advert in reports(record)] + shown(self.records)
        self.faults, self.emissions = [], []
        self.owner, self.since = {}, {}  # address -> adapter index, time it was set
        self.births = defaultdict(list)  # adapter -> when each address that was seen in adverts began
        self.identities = {}  # adapter -> its own address, that nobody may see
        self._addresses()
        self._adverts()
        self._connections()
        self._links()

    def _fault(self, text):
        if text not in self.faults:
            self.faults.append(text)

    def _send(self, index, life, kind, free, raw=None):
        self.emissions.append(Emission("hci%d" % index, life, kind, free, free if raw is None else raw))

    def life(self, index, at):
        """Which of its lives the adapter was in. -1: before it advertised at all."""
        return bisect_right(self.births[index], at) - 1

    def _addresses(self):
        for record in self.records:
            if record.kind == NEW_INDEX:
                self.identities[record.index] = record.data[2:8]
            if record.kind != COMMAND:
                continue
            (code,) = struct.unpack_from("<H", record.data)
            if code not in (SET_RANDOM_ADDRESS, SET_ADVERT_ADDRESS):
                continue
            address = record.data[-6:]
            if self.owner.setdefault(address, record.index) != record.index:
                self._fault("two adapters used the address %s" % address[::-1].hex(":"))
            self.since.setdefault(address, record.at)
        seen = {advert.address for advert in self.adverts}
        for address in sorted(seen & set(self.since), key=self.since.get):
            self.births[self.owner[address]].append(self.since[address])
        for address, at in self.since.items():
            # Scan and connect requests carry it too.
            self._send(self.owner[address], self.life(self.owner[address], at), "address", address)

    def _adverts(self):
        for advert in self.adverts:
            index = self.owner.get(advert.address)
            if index is None:
                self._fault("an advert was sent under %s, which is no private address of anybody" % advert.address[::-1].hex(":"))
                continue
            life = self.life(index, self.since[advert.address])
            if advert.response:
                if advert.data:
                    self._fault("hci%d answers scan requests with %s" % (index, advert.data.hex()))
                self._send(index, life, "scan response", advert.data)
                continue
            for part in structures(advert.data):
                if part in FLAGS:
                    continue
                if part[1:18] == b"\x21" + SERVICE and len(part) == 18 + BEACON_SIZE:
                    self._send(index, life, "beacon", part[18:], part)
                else:
                    self._fault("hci%d shows %s in adverts" % (index, part.hex()))
                    self._send(index, life, "advert", part)

    def _connections(self):
        """Nobody keeps a link when his address changes, or the link would tie the two together."""
        opened, spans = {}, []
        for record in self.records:
            if record.kind != EVENT:
                continue
            data = record.data[2:]
            if record.data[0] == META and data[0] in (CONNECTED, CONNECTED_ENHANCED) and data[1] == 0:
                opened[(record.index, data[2] | data[3] << 8)] = record.at
                peer = data[6:12]
                if data[4] == 1 and peer in self.identities.values():
                    self._fault("somebody connected under the adapter's own address %s" % peer[::-1].hex(":"))
                elif data[4] == 1 and peer not in self.owner:
                    self._fault("somebody connected under the unknown address %s" % peer[::-1].hex(":"))
            elif record.data[0] == DISCONNECTED and data[0] == 0:
                began = opened.pop((record.index, data[1] | data[2] << 8), None)
                if began is not None:
                    spans.append((record.index, began, record.at))
        spans += [(index, began, float("inf")) for (index, _), began in opened.items()]
        for index, began, ended in spans:
            for birth in self.births[index]:
                if began < birth < ended:
                    self._fault("hci%d kept a link for %.1f s after it took a new address" % (index, ended - birth))

    def _links(self):
        partial = {}
        for record in self.records:
            if record.kind != ACL_TX:
                continue
            (handle,) = struct.unpack_from("<H", record.data)
            key, body = (record.index, handle & 0xFFF), record.data[4:]
            whole = partial.get(key, b"") + body if handle >> 12 & 3 == 1 else body
            if len(whole) >= 4 and len(whole) >= 4 + struct.unpack_from("<H", whole)[0]:
                partial.pop(key, None)
                self._frame(record.index, self.life(record.index, record.at), whole)
            else:
                partial[key] = whole

    def _frame(self, index, life, frame):
        channel, body = struct.unpack_from("<H", frame, 2)[0], frame[4:]
        if channel >= FIRST_DYNAMIC:
            self._send(index, life, "link", body)
        elif channel == SIGNALS and SIGNAL_SIZES.get(body[0], -1) >= len(body) - 4:
            self._send(index, life, "signal", b"", body)
        else:
            names = {ATT: "GATT", SIGNALS: "a signal", SECURITY: "pairing"}
            self._fault("hci%d sent %s: %s" % (index, names.get(channel, "on channel %d" % channel), body[:16].hex()))
            self._send(index, life, "channel %d" % channel, body)
