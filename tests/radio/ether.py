#!/usr/bin/env python3
"""Virtual Bluetooth LE controllers that hear each other, for the kernel's own stack: each is an /dev/vhci. They do what a controller with extended
advertising does (Bluetooth Core 5.0, volume 2 part E): advertise again and again, scan, connect, carry data, lose whoever is out of reach.
btvirt of BlueZ 5.66 tells the two ends of a link different handles when an adapter has more than one, and reports a neighbour only once.

    ether.py COUNT SOCKET      makes hci0 to hciCOUNT-1; takes orders as datagrams at SOCKET: "apart 0 1", "near 0 1" (numbers of adapters)
"""

import contextlib
import os
import random
import select
import socket
import struct
import sys
import time

COMMAND, ACL, EVENT, VENDOR = 1, 2, 4, 0xFF
SUCCESS, UNKNOWN_COMMAND, NO_CONNECTION, TIMEOUT, REMOTE_ENDED, LOCAL_ENDED, ADVERT_TIMEOUT = 0, 1, 2, 0x08, 0x13, 0x16, 0x3C
META, DISCONNECTED, COMPLETE, STATUS, SENT = 0x3E, 0x05, 0x0E, 0x0F, 0x13
ACL_SIZE, ACL_COUNT = 251, 12
SUPERVISION_S = 0.42
LINKS_MAX = 8
NOTHING = bytes(9)

# Bits of Read Local Supported Commands: accept lists, extended advertising, scanning and connecting.
COMMANDS = {0: 0x20, 2: 0x80, 5: 0xC0, 14: 0xA8, 25: 0xF7, 26: 0xFF, 27: 0x05, 36: 0xFE, 37: 0xFF}
FEATURES = bytes([0, 0, 0, 0, 0x60, 0, 0, 0])  # LE, no BR/EDR
LE_FEATURES = bytes([0x01, 0x10, 0, 0, 0, 0, 0, 0])  # encryption, extended advertising


class Set:
    """An advertising set."""

    def __init__(self):
        self.props, self.interval, self.own_type, self.address, self.data, self.response = 0x13, 1.28, 1, bytes(6), b"", b""
        self.on, self.next, self.until = False, 0.0, None


class Controller:
    def __init__(self, ether, number):
        self.ether, self.number = ether, number
        self.identity = bytes([0x10 + number, 0x4B, 0x8A, 0x70, 0xF3, 0x5C])  # least significant byte first
        self.file = os.open("/dev/vhci", os.O_RDWR)
        os.write(self.file, bytes([VENDOR, 0]))
        os.read(self.file, 16)
        self.reset()

    def reset(self):
        self.random, self.sets, self.accept = bytes(6), {}, set()
        self.scanning, self.active, self.listed, self.duplicates, self.share, self.told = False, False, False, False, 1.0, set()
        self.dialling = None  # (type, address of the peer, type of our own)

    # Towards the kernel.

    def up(self, packet):
        # The kernel takes nothing while the adapter is down.
        with contextlib.suppress(OSError):
            os.write(self.file, packet)

    def event(self, code, data):
        self.up(bytes([EVENT, code, len(data)]) + data)

    def meta(self, code, data):
        self.event(META, bytes([code]) + data)

    def complete(self, opcode, data=b"\0"):
        self.event(COMPLETE, struct.pack("<BH", 1, opcode) + data)

    def status(self, opcode, status=SUCCESS):
        self.event(STATUS, struct.pack("<BBH", status, 1, opcode))

    # From the kernel.

    def packet(self):
        packet = os.read(self.file, 2048)
        if packet[0] == COMMAND:
            (opcode,) = struct.unpack_from("<H", packet, 1)
            handler = getattr(self, "on_%04x" % opcode, None)
            if handler:
                handler(opcode, packet[4:])
            elif opcode in ANSWERS:
                self.complete(opcode, b"\0" + ANSWERS[opcode])
            else:
                self.complete(opcode, bytes([UNKNOWN_COMMAND]))
        elif packet[0] == ACL:
            (handle,) = struct.unpack_from("<H", packet, 1)
            link = self.ether.links.get(handle & 0xFFF)
            if link and self in link.ends:
                link.carry(self, handle, packet[3:])

    def on_0c03(self, opcode, _data):
        for link in [link for link in self.ether.links.values() if self in link.ends]:
            link.lose(self)
        self.reset()
        self.complete(opcode)

    def on_1009(self, opcode, _data):
        self.complete(opcode, b"\0" + self.identity)

    def on_0406(self, opcode, data):
        link = self.ether.links.get(struct.unpack_from("<H", data)[0])
        self.status(opcode, SUCCESS if link else NO_CONNECTION)
        if link:
            link.close(self)

    def on_2005(self, opcode, data):
        self.random = data[:6]
        self.complete(opcode)

    def on_200e(self, opcode, _data):
        self.complete(opcode, bytes([SUCCESS if self.dialling else 0x0C]))
        if self.dialling:
            self.dialling = None
            self.meta(0x0A, bytes([NO_CONNECTION]) + bytes(29))

    def on_2010(self, opcode, _data):
        self.accept.clear()
        self.complete(opcode)

    def on_2011(self, opcode, data):
        self.accept.add(data[:7])
        self.complete(opcode)

    def on_2012(self, opcode, data):
        self.accept.discard(data[:7])
        self.complete(opcode)

    def on_2013(self, opcode, data):
        self.status(opcode)
        self.meta(0x03, b"\0" + data[:2] + data[4:10])

    def on_2016(self, opcode, data):
        self.status(opcode)
        self.meta(0x04, b"\0" + data[:2] + LE_FEATURES)

    def on_041d(self, opcode, data):
        self.status(opcode)
        self.event(0x0C, b"\0" + data[:2] + bytes([0x0B, 0xFF, 0xFF, 0, 0]))

    def on_2035(self, opcode, data):
        self.sets.setdefault(data[0], Set()).address = data[1:7]
        self.complete(opcode)

    def on_2036(self, opcode, data):
        advert = self.sets.setdefault(data[0], Set())
        advert.props, advert.own_type = data[1] | data[2] << 8, data[10]
        advert.interval = (data[3] | data[4] << 8 | data[5] << 16) * 0.000625
        self.complete(opcode, b"\0\0")

    def on_2037(self, opcode, data):
        self.sets.setdefault(data[0], Set()).data = data[4:4 + data[3]]
        self.complete(opcode)

    def on_2038(self, opcode, data):
        self.sets.setdefault(data[0], Set()).response = data[4:4 + data[3]]
        self.complete(opcode)

    def on_2039(self, opcode, data):
        which = [struct.unpack_from("<BHB", data, 2 + 4 * i) for i in range(data[1])] or [(handle, 0, 0) for handle in self.sets]
        for handle, duration, _ in which:
            advert = self.sets.get(handle)
            if advert:
                advert.on, advert.next = bool(data[0]), time.monotonic() + random.uniform(0, 0.05)
                advert.until = time.monotonic() + duration / 100 if duration else None
        self.complete(opcode)

    def on_203c(self, opcode, data):
        self.sets.pop(data[0], None)
        self.complete(opcode)

    def on_203d(self, opcode, _data):
        self.sets.clear()
        self.complete(opcode)

    def on_2041(self, opcode, data):
        interval, window = struct.unpack_from("<HH", data, 4)
        self.listed, self.active, self.share = bool(data[1] & 1), bool(data[3]), min(1.0, window / max(interval, 1))
        self.complete(opcode)

    def on_2042(self, opcode, data):
        self.scanning, self.duplicates = bool(data[0]), not data[1]
        self.told.clear()
        self.complete(opcode)

    def on_2043(self, opcode, data):
        if self.dialling:
            self.status(opcode, 0x0C)
            return
        self.dialling = (data[2], data[3:9], data[1])
        self.status(opcode)

    # On the air.

    def shown(self, advert):
        """Type and address that this set is seen under."""
        return bytes([advert.own_type & 1]) + (advert.address if advert.own_type & 1 else self.identity)

    def hear(self, advert, sender):
        shown = sender.shown(advert)
        if self.dialling and bytes([self.dialling[0]]) + self.dialling[1] == shown and advert.props & 1:
            self.ether.connect(self, sender, advert)
            return
        if not self.scanning or random.random() > self.share or (self.listed and shown not in self.accept):
            return
        self.report(advert.props, shown, advert.data)
        if self.active and advert.props & 2:
            self.report(0x1B if advert.props & 1 else 0x1A, shown, advert.response)

    def report(self, props, shown, data):
        if not self.duplicates:
            if (shown, props, data) in self.told:
                return
            self.told.add((shown, props, data))
        self.meta(0x0D, struct.pack("<BH", 1, props) + shown + bytes([1, 0, 0xFF, 0x7F, 0xC4]) + NOTHING + bytes([len(data)]) + data)


class Link:
    def __init__(self, ether, handle, central, peripheral):
        self.ether, self.handle, self.ends = ether, handle, (central, peripheral)
        self.lost_at = None  # when both ends will notice

    def other(self, end):
        return self.ends[1] if end is self.ends[0] else self.ends[0]

    def carry(self, sender, handle, rest):
        other = self.other(sender)
        if self.lost_at is None:
            first = handle >> 12 & 3 == 0
            other.up(bytes([ACL]) + struct.pack("<H", self.handle | (0x2000 if first else handle & 0x3000)) + rest)
        sender.event(SENT, struct.pack("<BHH", 1, self.handle, 1))

    def close(self, end):
        self.ether.links.pop(self.handle, None)
        end.event(DISCONNECTED, struct.pack("<BHB", 0, self.handle, LOCAL_ENDED))
        if self.lost_at is None:
            self.other(end).event(DISCONNECTED, struct.pack("<BHB", 0, self.handle, REMOTE_ENDED))

    def lose(self, silent=None):
        """Out of reach. silent: an end that knows already."""
        self.ends = tuple(end for end in self.ends if end is not silent)
        self.lost_at = self.lost_at or time.monotonic() + SUPERVISION_S

    def drop(self):
        self.ether.links.pop(self.handle, None)
        for end in self.ends:
            end.event(DISCONNECTED, struct.pack("<BHB", 0, self.handle, TIMEOUT))


class Ether:
    def __init__(self, count, path):
        self.links, self.handle, self.apart = {}, 0, set()
        self.controllers = [Controller(self, number) for number in range(count)]
        self.orders = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.orders.bind(path)

    def near(self, one, other):
        return frozenset((one.number, other.number)) not in self.apart

    def connect(self, central, peripheral, advert):
        peer_type, _, own_type = central.dialling
        central.dialling = None
        self.handle = self.handle % 0xE00 + 1
        self.links[self.handle] = Link(self, self.handle, central, peripheral)
        timing = struct.pack("<HHHB", 0x28, 0, 0x2A, 0)
        own = bytes([1]) + central.random if own_type & 1 else bytes([0]) + central.identity
        advert.on = False
        for end, role, peer in ((peripheral, 1, own), (central, 0, peripheral.shown(advert))):
            end.meta(0x0A, struct.pack("<BHB", 0, self.handle, role) + peer + bytes(12) + timing)
        for handle, each in peripheral.sets.items():
            if each is advert:
                peripheral.meta(0x12, struct.pack("<BBHB", 0, handle, self.handle, 0))

    def order(self, words):
        pair = frozenset(int(word) for word in words[1:3])
        if words[0] == "near":
            self.apart.discard(pair)
        elif words[0] == "apart":
            self.apart.add(pair)
            for link in list(self.links.values()):
                if {end.number for end in link.ends} == pair:
                    link.lose()

    def turn(self, now):
        for sender in self.controllers:
            for handle, advert in list(sender.sets.items()):
                if advert.on and advert.until and now > advert.until:
                    advert.on = False
                    sender.meta(0x12, struct.pack("<BBHB", ADVERT_TIMEOUT, handle, 0, 0))
                if advert.on and now >= advert.next:
                    advert.next = now + advert.interval + random.uniform(0, 0.01)
                    for other in self.controllers:
                        if other is not sender and advert.on and self.near(sender, other):
                            other.hear(advert, sender)
        for link in list(self.links.values()):
            if link.lost_at and now > link.lost_at:
                link.drop()

    def run(self):
        files = {controller.file: controller for controller in self.controllers}
        while True:
            ready, _, _ = select.select([*files, self.orders], [], [], self.pause(time.monotonic()))
            for file in ready:
                if file is self.orders:
                    self.order(self.orders.recv(64).decode("ascii").split())
                else:
                    files[file].packet()
            self.turn(time.monotonic())

    def pause(self, now):
        due = [advert.next for controller in self.controllers for advert in controller.sets.values() if advert.on]
        due += [link.lost_at for link in self.links.values() if link.lost_at]
        return max(0.0, min(due) - now) if due else None


# Commands that are answered with success and constants.
ANSWERS = {
    0x1001: bytes([0x09, 0, 0, 0x09, 0xFF, 0xFF, 0, 0]), 0x1002: bytes(COMMANDS.get(i, 0) for i in range(64)), 0x1003: FEATURES,
    0x2002: struct.pack("<HB", ACL_SIZE, ACL_COUNT), 0x2003: LE_FEATURES, 0x200F: b"\x10", 0x201C: bytes([0xFF] * 5 + [0x03, 0, 0]),
    0x203A: struct.pack("<H", 31), 0x203B: b"\x04", 0x2007: b"\0", 0x0C01: b"", 0x0C63: b"", 0x2001: b"", 0x0C6D: b"", 0x2024: b"", 0x2031: b"",
    0x2018: b"\1\2\3\4\5\6\7\x08", 0x2008: b"", 0x2009: b"",
}

if __name__ == "__main__":
    Ether(int(sys.argv[1]), sys.argv[2]).run()
