"""Every frame of the virtual Wi-Fi cards, as a stranger's monitor would hear it, and what each card let the air know by it (IEEE 802.11-2020, Wi-Fi
Simple Configuration 2.0.8, Wi-Fi P2P 1.7)."""

import os
import socket
import struct
import threading
from collections import namedtuple

from emission import Emission

Frame = namedtuple("Frame", "at bytes")
FRAME_KEPT = 400  # bytes; of a frame of ciphertext the beginning is enough
FRAMES_MAX = 40000
ALL_PROTOCOLS = 0x0003

BEACON, PROBE_ANSWER = 8, 5
# Bytes before the elements, by subtype of management frame.
FIXED = {0: 4, 1: 6, 2: 10, 3: 6, 4: 0, PROBE_ANSWER: 12, BEACON: 12, 10: 2, 11: 6, 12: 2}
EAPOL = bytes.fromhex("aaaa03000000888e")

# Elements that say what this model of card and its driver can do (rates, channel, capabilities), or what the network needs (TIM, ERP, country, RSN).
# They are the same for every device with the same card, and tell its model, which no software can change.
CARD_ELEMENTS = {1, 3, 5, 7, 33, 36, 42, 45, 48, 50, 51, 59, 61, 107, 127, 191, 192, 255}
WMM, WPS, P2P = bytes.fromhex("0050f202"), bytes.fromhex("0050f204"), bytes.fromhex("506f9a09")
# Numbers of the protocols, without room for a word: versions, states, methods and types of device.
WPS_NUMBERS = {0x1008: 2, 0x1009: 2, 0x1002: 2, 0x1012: 2, 0x103A: 1, 0x103B: 1, 0x103C: 1, 0x1041: 1, 0x1044: 1, 0x104A: 1, 0x1053: 2, 0x1054: 8,
               0x1049: 6}
P2P_NUMBERS = {0: 1, 2: 2, 4: 1, 5: 2, 6: 5, 8: 4, 12: 16, 17: 5}
P2P_DEVICE_ID, P2P_DEVICE_INFO = 3, 13


class Monitor(threading.Thread):
    """Listens on hwsim0, which hears all cards at once, until stop(). Also notes which card owns which address at what time."""

    def __init__(self):
        super().__init__(daemon=True)
        self.frames, self.ending = [], False
        self.owners = {}  # address -> interface that had it first
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
        self.socket.bind(("hwsim0", 0))
        self.socket.settimeout(0.05)

    def run(self):
        while not self.ending:
            self._owners()
            for _ in range(64):
                try:
                    packet = self.socket.recv(4096)
                except TimeoutError:
                    break
                if len(self.frames) < FRAMES_MAX and len(packet) > 4:
                    radiotap = struct.unpack_from("<H", packet, 2)[0]
                    self.frames.append(packet[radiotap:radiotap + FRAME_KEPT])

    def _owners(self):
        for name in os.listdir("/sys/class/net"):
            if "wlan" in name or name.startswith("barid"):
                try:
                    with open("/sys/class/net/%s/address" % name, encoding="ascii") as file:
                        address = bytes.fromhex(file.read().strip().replace(":", ""))
                except OSError:
                    continue
                self.owners.setdefault(address, name)

    def stop(self):
        self.ending = True
        self.join()
        self.socket.close()


def card_of(interface):
    """wlan0 of p2p-wlan0-3."""
    return next((part for part in interface.split("-") if part.startswith("wlan")), interface)


def elements(data):
    at = 0
    while at + 2 <= len(data):
        yield data[at], data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]


class Frames:
    """owners: {address: interface}. permanent: {address: card}. A card's lives are its addresses."""

    def __init__(self, frames, owners, permanent):
        self.owners, self.permanent = owners, permanent
        self.faults, self.emissions, self.lives = [], [], {}
        for frame in frames:
            if len(frame) >= 24:
                self._frame(frame)

    def _fault(self, text):
        if text not in self.faults:
            self.faults.append(text)

    def _frame(self, frame):
        kind, subtype, flags = frame[0] >> 2 & 3, frame[0] >> 4, frame[1]
        if kind == 1:
            return  # control frames are addresses, lengths and nothing else
        sender = frame[10:16]
        interface = self.owners.get(sender)
        card = card_of(interface) if interface else "somebody"
        life = self.lives.setdefault(sender, "%s %s" % (interface or "unknown", sender.hex(":")))
        if sender in self.permanent:
            self._fault("%s sent a frame under its permanent address" % self.permanent[sender])
        send = Sender(self, card, life)
        send("wifi address", sender)
        if kind == 0:
            self._management(send, subtype, frame)
        elif kind == 2 and subtype & 4 == 0:
            body = frame[24 + 2 * (subtype >> 3) + 6 * (flags & 3 == 3):]
            if flags & 0x40:
                send("wifi data", body[8:72])  # after a counter and a key number
            elif body[:8] == EAPOL:
                self._keys(send, body[8:])
            else:
                self._fault("%s sent data that is not encrypted: %s" % (card, body[:16].hex()))
                send("wifi plain", body)

    def _keys(self, send, body):
        """An EAPOL-Key frame (12.7.2): nonce, MIC and wrapped keys; the rest are counters, lengths and zeros. The first two also repeat RSN. The
        first message has no MIC and the last no nonce but zeros."""
        if len(body) < 99:
            self._fault("a frame of EAPOL that is not of the four-way handshake")
            return
        send("wifi nonce", body[17:49] if any(body[17:49]) else b"", body)
        send("wifi mic", body[81:97] if any(body[81:97]) else b"", b"")

    def _management(self, send, subtype, frame):
        if subtype not in FIXED:
            # Actions: block acknowledgements and such; P2P's own are negotiation, of which there is to be none.
            if subtype == 13 and frame[24:30] in (bytes([4, 9]) + P2P[:4], bytes([127]) + P2P[:4] + b"\0"):
                self._fault("%s sent an action frame of P2P" % send.card)
            send("wifi action", b"", frame[24:])
            return
        for number, body in elements(frame[24 + FIXED[subtype]:]):
            if number == 0:
                # What begins every Wi-Fi Direct network's name is in its specification.
                send("wifi name", body[7:] if body.startswith(b"DIRECT-") else body, body)
            elif number == 221:
                self._vendor(send, body)
            elif number in CARD_ELEMENTS:
                send("wifi element", b"", body)
            else:
                send("wifi element %d" % number, body)

    def _vendor(self, send, body):
        if body[:4] == WMM:
            send("wifi element", b"", body)
        elif body[:4] == WPS:
            at = 4
            while at + 4 <= len(body):
                number, size = struct.unpack_from(">HH", body, at)
                value = body[at + 4:at + 4 + size]
                at += 4 + size
                free = b"" if WPS_NUMBERS.get(number, -1) >= size or not value.strip(b" \0") else value
                send("WPS attribute 0x%04x" % number, free, value)
        elif body[:4] == P2P:
            at = 4
            while at + 3 <= len(body):
                number, size = body[at], body[at + 1] | body[at + 2] << 8
                value = body[at + 3:at + 3 + size]
                at += 3 + size
                if number == P2P_DEVICE_INFO:
                    # Address, methods, type of device, how many secondary types; then a name.
                    send("P2P device address", value[:6], value)
                    name = value[17 + 8 * value[16]:] if len(value) > 16 else b""
                    send("P2P device name", name[4:], name)
                elif number == P2P_DEVICE_ID:
                    send("P2P device address", value)
                else:
                    send("P2P attribute %d" % number, b"" if P2P_NUMBERS.get(number, -1) >= size else value, value)
        else:
            send("element of vendor %s" % body[:4].hex(), body)


class Sender:
    def __init__(self, frames, card, life):
        self.frames, self.card, self.life = frames, card, life

    def __call__(self, kind, free, raw=None):
        self.frames.emissions.append(Emission(self.card, self.life, kind, free, free if raw is None else raw))
