"""Records what two phones let the air know while their addresses change three times and more. judge.py looks at it afterwards, outside the guest,
where there is time to."""

import json
import os
import signal
import time

import play_lane
from air import WORK, end, rotate_every, run, spawn, until
from monitor import Monitor
from phone import Watch, barid_letters
from play_meet import HELLO, people

ROTATION_S = 30  # the kernel's shortest
SECONDS = 4 * ROTATION_S + 10
CYCLE_S = 38
BULK = 1000
FOLDER = os.path.join(WORK, "capture")


def truth(phones, envelopes, monitor):
    """What an observer must not be able to find, and who is who."""
    with open("/etc/machine-id", encoding="ascii") as file:
        machine = file.read().strip()
    words = {"the host's name": os.uname().nodename.encode(), "a plaintext": HELLO.encode(), "the machine's id": bytes.fromhex(machine),
             "the machine's id as text": machine.encode(), "the card's serial number": b"radio-lab-serial"}
    for phone in phones:
        words["%s's name" % phone.name] = phone.name.encode()
        address = own_address(phone.adapter)
        words["the address of " + phone.adapter] = address
        words["the address of %s, least significant byte first" % phone.adapter] = address[::-1]
    for envelope in envelopes:
        letter = barid_letters.letter_id(envelope)
        words["the id of letter " + letter.hex()[:8]] = letter[:8]
        words["the sealed body of letter " + letter.hex()[:8]] = envelope[40:56]
    permanent = {run("cat", "/sys/class/ieee80211/phy%s/macaddress" % phone.card[4:]).strip(): phone.card for phone in phones}
    return {"words": {what: word.hex() for what, word in words.items()}, "permanent": permanent, "rotation_s": ROTATION_S,
            "owners": {address.hex(): interface for address, interface in monitor.owners.items()}}


def own_address(adapter):
    text = run("dbus-send", "--system", "--print-reply=literal", "--dest=org.bluez", "/org/bluez/" + adapter,
               "org.freedesktop.DBus.Properties.Get", "string:org.bluez.Adapter1", "string:Address")
    return bytes.fromhex(text.split()[-1].replace(":", ""))


def three_rotations_are_recorded(stage):
    a, b = stage.phone("amal", 1, wifi=True, rotation=ROTATION_S), stage.phone("basim", 2, wifi=True, rotation=ROTATION_S)
    radio, a.arguments, b.arguments = (a.arguments, b.arguments), [], []
    for phone in (a, b):
        phone.start()
    people((a, b))
    a.person("send", "--to", b.name, "--send-now", "--text", HELLO)
    for phone, arguments in zip((a, b), radio):
        phone.stop()
        phone.arguments = arguments
        rotate_every(phone.adapter, ROTATION_S)
    os.makedirs(FOLDER)
    run("ip", "link", "set", "hwsim0", "up")
    monitor = Monitor()
    monitor.start()
    btmon = spawn("btmon-capture", "btmon", "-w", os.path.join(FOLDER, "air.snoop"))
    time.sleep(0.5)
    watch, envelopes, groups_seen = Watch(), [], 0
    a.start()
    b.start()
    while watch.seconds() < SECONDS:
        # A bulk that pays for Wi-Fi, some letters after it, and then silence, so that the group ends and the next is another.
        cycle, grouped = Watch(), False
        a.give(BULK, bucket=3)
        for number in range(4):
            some = [barid_letters.sealed(bucket=2) for _ in range(2)]
            a.give_these(some[:1])
            b.give_these(some[1:])
            envelopes += some
            while cycle.seconds() < (CYCLE_S if number == 3 else 3 + 3 * number):
                grouped = grouped or bool(play_lane.groups())
                time.sleep(0.2)
        groups_seen += grouped
    letters = a.given | b.given
    until("everything was exchanged", lambda: all(phone.holds(len(letters) + 1) for phone in (a, b)), 60)
    monitor.stop()
    end(btmon, signal.SIGINT)
    with open(os.path.join(FOLDER, "frames"), "wb") as file:
        for frame in monitor.frames:
            file.write(len(frame).to_bytes(2, "big") + frame)
    with open(os.path.join(FOLDER, "truth.json"), "w", encoding="utf-8") as file:
        json.dump(truth((a, b), envelopes, monitor), file)
    stage.note(groups=groups_seen, letters=len(letters), frames=len(monitor.frames))
    assert groups_seen, "no Wi-Fi Direct group was made, so nothing of it was recorded"


PLAYS = [(three_rotations_are_recorded, SECONDS + 90)]
