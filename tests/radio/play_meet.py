"""Strangers who only ever meet by Bluetooth."""

import json
import os
import signal
import time

import snoop
from air import WORK, end, spawn
from phone import Watch, all_share, until

HELLO, REPLY, CARRIED = "نحن بخير في القبو", "سنأتي غداً صباحاً", "قل لأمي إنني وصلت"
RATE_LETTERS = 600
LETTER_SIZE = 1024


def people(writers):
    """Everybody has a vault and the cards of the others. Their posts run without any radio meanwhile."""
    cards = {}
    for phone in writers:
        phone.person("init", "--name", phone.name)
        cards[phone.name] = os.path.join(phone.home, "card")
        with open(cards[phone.name], "w", encoding="utf-8") as card:
            card.write(phone.person("id", "--card"))
    for phone in writers:
        for other in writers:
            if other is not phone:
                phone.person("contact", "add", other.name, cards[other.name])


def texts(phone):
    return [json.loads(line).get("body", {}).get("text") for line in phone.person("--json", "inbox").splitlines()]


def first_report(path, receivers):
    """When one of these adapters was first told of a beacon of ours, by the capture."""
    for record in snoop.records(path):
        for advert in snoop.reports(record):
            if record.index in receivers and snoop.SERVICE in advert.data:
                return record.at
    raise AssertionError("no beacon is in the capture")


def first_link(path, adapters):
    for record in snoop.records(path):
        if record.kind == snoop.EVENT and record.index in adapters and record.data[0] == snoop.META \
                and record.data[2] in (snoop.CONNECTED, snoop.CONNECTED_ENHANCED) and record.data[3] == 0:
            return record.at
    raise AssertionError("no link is in the capture")


def strangers_meet(stage):
    """Two people who know each other and two phones that do not: letters in both directions. Then the rate of a bulk of letters."""
    a, b, c = stage.phone("amal", 1), stage.phone("basim", 2), stage.phone("chadi", 3)
    stage.kept = (a, b, c)
    radio, a.arguments, b.arguments, c.arguments = (a.arguments, b.arguments, c.arguments), [], [], []
    for phone in stage.kept:
        phone.start()
    people(stage.kept)
    a.person("send", "--to", b.name, "--send-now", "--text", HELLO)
    b.person("send", "--to", a.name, "--send-now", "--text", REPLY)
    a.person("send", "--to", c.name, "--send-now", "--text", CARRIED)
    for phone, arguments in zip(stage.kept, radio):
        assert phone.stop() == 0, "%s's post did not end well" % phone.name
        phone.arguments = arguments

    path = os.path.join(WORK, "meet.snoop")
    btmon = spawn("btmon-meet", "btmon", "-w", path)
    time.sleep(0.5)
    a.start()
    b.start()
    watch, at = Watch(), None
    held = [phone.status()["letters"] for phone in (a, b)]
    while at is None:
        if a.status()["letters"] > held[0] or b.status()["letters"] > held[1]:
            at = time.time()
        assert watch.seconds() < 60, "no letter came over within a minute"
        time.sleep(0.02)
    until("Basim has his letter", lambda: HELLO in texts(b), 30)
    until("Amal has hers", lambda: REPLY in texts(a), 30)
    end(btmon, signal.SIGINT)
    sighted, linked = first_report(path, (0, 1)), first_link(path, (0, 1))
    stage.note(sighting_to_link_s=linked - sighted, link_to_first_letter_s=at - linked)


def third_carries(stage):
    """Amal and Chadi never meet; Basim met one and then the other."""
    a, b, c = stage.kept
    a.kill()
    until("Basim notices that he is alone", lambda: not b.linked(), 30)
    watch = Watch()
    c.start()
    until("Chadi has Amal's letter", lambda: CARRIED in texts(c), 60)
    stage.note(carried_within_s=watch.seconds())


def rate_over_bluetooth(stage):
    stage.clear()
    a, b = stage.phone("rate", 1), stage.phone("rate", 2)
    arguments, a.arguments = a.arguments, []
    a.start()
    ids = a.give(RATE_LETTERS, bucket=2)
    a.stop()
    a.arguments = arguments
    b.start()
    a.start()
    until("the first letter is over", lambda: b.holds(1), 60, 0.02)
    watch, before = Watch(), b.status()["letters"]
    until("all letters are over", lambda: b.holds(len(ids)), 60, 0.02)
    seconds = max(watch.seconds(), 0.01)
    stage.note(le_letters_s=(len(ids) - before) / seconds, le_bytes_s=int((len(ids) - before) * LETTER_SIZE / seconds))
    assert all_share([a, b], ids), "the two do not hold the same letters"


PLAYS = [(strangers_meet, 200), (third_carries, 150), (rate_over_bluetooth, 200)]
