"""Shows that the judge can fail: captures are made up, byte by byte, in which everything is as it should be but for one thing."""

import os
import random
import struct

import monitor
import snoop

LIVES = 4
HOST = b"radio-lab-host"
LINK_BYTES = 3000


class Made:
    """A capture of two adapters. Each argument that is given plants one fault."""

    def __init__(self, nonce=None, advert=b"", address=None, link=b"", held=False, response=b"", gatt=b"", identity=False,
                 unheard=b""):
        self.chance = random.Random(4711)
        self.out, self.now = [], 1000000
        for index in (0, 1):
            self.record(index, snoop.NEW_INDEX, bytes([1, 0]) + self.identity(index) + b"hci")
        for life in range(LIVES):
            for index in (0, 1):
                own = address if address and index == 0 else self.chance.randbytes(6)
                self.record(index, snoop.COMMAND, struct.pack("<HBB", snoop.SET_ADVERT_ADDRESS, 7, 1) + own)
                beacon = nonce if nonce and index == 0 else self.chance.randbytes(6)
                part = b"\x1b\x21" + snoop.SERVICE + beacon + self.chance.randbytes(4)
                self.report(1 - index, self.identity(0) if identity and index == 0 else own, 0x13, b"\x02\x01\x06" + part + advert)
                self.report(1 - index, own, 0x1B, response)
                self.show(index, unheard or part)
                self.hide(index)
            if not (held and life):
                self.connected(life)
            self.acl(0, 1, snoop.SIGNALS, bytes([0x14, 1, 10, 0]) + bytes(10))
            self.acl(0, 1, 0x40, self.chance.randbytes(LINK_BYTES // 2) + link + self.chance.randbytes(LINK_BYTES // 2))
            self.acl(1, 1, 0x40, self.chance.randbytes(LINK_BYTES))
            if gatt:
                self.acl(1, 1, snoop.ATT, gatt)
            if not (held and life < 3):
                self.record(0, snoop.EVENT, bytes([snoop.DISCONNECTED, 4, 0, 1, 0, 0x13]))

    def show(self, index, data):
        self.record(index, snoop.COMMAND, struct.pack("<HBBBBB", snoop.SET_DATA, 4 + len(data), 1, 3, 1, len(data)) + data)
        self.record(index, snoop.COMMAND, struct.pack("<HBBBBHB", snoop.ENABLE, 6, 1, 1, 1, 0, 0))

    def hide(self, index):
        """A link came of the advert, or it is taken away without being switched off: what is set after that is not on the air."""
        if index == 0:
            self.record(index, snoop.EVENT, bytes([snoop.META, 6, snoop.SET_TERMINATED, 0, 1, 1, 0, 1]))
        else:
            self.record(index, snoop.COMMAND, struct.pack("<HBB", snoop.REMOVE_SET, 1, 1))

    def identity(self, index):
        return bytes([16 + index, 0x4B, 0x8A, 0x70, 0xF3, 0x5C])

    def record(self, index, kind, data):
        self.now += 1000
        self.out.append(struct.pack(">IIIIQ", len(data), len(data), index << 16 | kind, 0, self.now) + data)

    def report(self, receiver, address, kind, data):
        body = struct.pack("<HB6s", kind, 1, address) + bytes([1, 0, 0xFF, 0x7F, 0x7F]) + bytes(9) + bytes([len(data)]) + data
        self.record(receiver, snoop.EVENT, bytes([snoop.META, 2 + len(body), snoop.REPORT_EXTENDED, 1]) + body)

    def connected(self, life):
        dial = self.chance.randbytes(6)
        self.record(0, snoop.COMMAND, struct.pack("<HB", snoop.SET_RANDOM_ADDRESS, 6) + dial)
        self.record(0, snoop.EVENT, bytes([snoop.META, 31, snoop.CONNECTED_ENHANCED, 0, 1, 0, 0, 1]) + bytes(24))
        self.record(1, snoop.EVENT, bytes([snoop.META, 31, snoop.CONNECTED_ENHANCED, 0, 1, 0, 1, 1]) + dial + bytes(18 + life % 2))

    def acl(self, index, handle, channel, body):
        """Cut in fragments, as a controller wants them."""
        whole = struct.pack("<HH", len(body), channel) + body
        for at in range(0, len(whole), 200):
            self.record(index, snoop.ACL_TX, struct.pack("<HH", handle | (0x1000 if at else 0), len(whole[at:at + 200])) + whole[at:at + 200])

    def write(self, path):
        with open(path, "wb") as file:
            file.write(b"btsnoop\0" + struct.pack(">II", 1, 2001) + b"".join(self.out))
        return path


def beacon_frame(chance, bssid, name, extra=b""):
    fixed = chance.randbytes(8) + bytes.fromhex("64001104")
    parts = bytes([0, len(name)]) + name + bytes.fromhex("010482848b96") + extra
    return bytes([0x80, 0, 0, 0]) + b"\xff" * 6 + bssid + bssid + bytes(2) + fixed + parts


def made_frames(serial=b"", plain=False, same_name=False, permanent=False):
    chance, owners, frames = random.Random(4712), {}, []
    for life in range(3):
        bssid = chance.randbytes(6)
        owners[bssid] = "p2p-wlan0-%d" % life
        name = b"DIRECT-" + (b"samename" if same_name else chance.randbytes(8))
        words = struct.pack(">HH", 0x1042, len(serial)) + serial
        extra = bytes([221, 4 + len(words)]) + monitor.WPS + words
        frames.append(beacon_frame(chance, bssid, name, extra))
        frames.append(bytes([0x08, 0x42, 0, 0]) + bytes(6) + bssid + bytes(6 + 2) + bytes(8) + chance.randbytes(200))
        if plain:
            frames.append(bytes([0x08, 0x02, 0, 0]) + bytes(6) + bssid + bytes(6 + 2) + b"GET / HTTP/1.0")
    home = bytes.fromhex("020000000000")
    if permanent:
        frames.append(beacon_frame(chance, home, b"DIRECT-xy"))
    return monitor.Frames(frames, owners, {home: "wlan0"})


def results(folder, judge_bluetooth, judge_wifi):
    """(what is planted, what is wrong with the judge) of every case. The judge's own two functions are given."""
    words = {"the host's name": HOST, "the address of hci0": bytes.fromhex("104b8a70f35c")}
    name = bytes([1 + len(HOST), 9]) + HOST
    planted = {
        "a nonce that stays": Made(nonce=b"\1\2\3\4\5\6"), "the host's name in adverts": Made(advert=name),
        "a constant after the beacon": Made(advert=b"\x05\xff\xaa\xbb\xcc\xdd"), "an address that stays": Made(address=b"\7\6\5\4\3\2"),
        "eight constant bytes on links": Made(link=b"constant"), "four constant bytes on links": Made(link=b"same"),
        "the host's name on links": Made(link=HOST), "a link that outlives its address": Made(held=True),
        "a scan response": Made(response=name), "the host's name in an advert that nobody hears": Made(unheard=name),
        "a name in GATT": Made(gatt=b"\x0bdevice"), "the adapter's own address": Made(identity=True),
    }
    path = os.path.join(folder, "made.snoop")
    found = [("finds nothing in a clean capture", judge_bluetooth(Made().write(path), words)[0])]
    found += [("finds " + what, [] if judge_bluetooth(made.write(path), words)[0] else ["it does not"]) for what, made in planted.items()]
    found.append(("finds nothing in clean frames", judge_wifi(made_frames(), words, ["wlan0"])[0]))
    wifi = {"a serial number in WPS": made_frames(serial=b"serial of " + HOST), "a plain frame": made_frames(plain=True),
            "a network name that stays": made_frames(same_name=True), "a permanent address": made_frames(permanent=True)}
    return found + [("finds " + what, [] if judge_wifi(frames, words, ["wlan0"])[0] else ["it does not"]) for what, frames in wifi.items()]
