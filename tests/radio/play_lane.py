"""From Bluetooth to Wi-Fi Direct and back."""

import contextlib
import os
import time

from air import drop_groups, run
from phone import Watch, all_share, until

LETTERS = 5000
LETTER_SIZE = 1024
FAULT_LETTERS = 3000
GROUP_GONE_S = 40


def groups():
    """Interfaces that are in a network: a Wi-Fi Direct group's, or a card's own. Nobody has a network of his own in reach here."""
    found = []
    for name in sorted(os.listdir("/sys/class/net")):
        if "wlan" in name:
            with contextlib.suppress(OSError), open("/sys/class/net/%s/operstate" % name, encoding="ascii") as file:
                if file.read().strip() == "up":
                    found.append(name)
    return found


def wpa(card, *words):
    return run("wpa_cli", "-i", card, *words, check=False, seconds=10)


def own_network(card, ssid):
    """The person's own network in wpa_supplicant's settings."""
    number = wpa(card, "add_network").split()[-1]
    for name, value in (("ssid", '"%s"' % ssid), ("psk", '"a secret of the house"')):
        wpa(card, "set_network", number, name, value)
    return wpa(card, "list_networks")


def with_letters(stage, count):
    """Two phones, the first of which holds so many letters. Neither runs."""
    stage.clear()
    a, b = stage.phone("lane", 1, wifi=True), stage.phone("lane", 2, wifi=True)
    arguments, a.arguments = a.arguments, ["--bluetooth", "off", "--wifi-direct", "off"]
    a.start()
    a.give(count, bucket=2)
    a.stop()
    a.arguments = arguments
    return a, b


def meet(a, b):
    """Starts both; gives back the clocks that began with the Bluetooth link and with the group."""
    b.start()
    a.start()
    until("a Bluetooth link", a.linked, 60, 0.02)
    linked = Watch()
    until("a Wi-Fi Direct group", groups, 40, 0.02)
    return linked


def upgrade_moves_the_bulk(stage):
    networks = {card: own_network(card, "home of " + card) for card in stage.air.cards[:2]}
    a, b = with_letters(stage, LETTERS)
    linked = meet(a, b)
    stage.note(link_to_group_s=linked.seconds())
    until("both are in the group", lambda: len(groups()) >= 2, 40, 0.02)
    before, air_before = b.status()["letters"], traffic()
    joined = Watch()
    until("letters come over Wi-Fi", lambda: traffic() > air_before + 50000, 40, 0.02)
    stage.note(link_to_upgrade_s=linked.seconds())
    until("all letters are over", lambda: b.holds(LETTERS), 90, 0.05)
    seconds = joined.seconds()
    stage.note(wifi_letters_s=(LETTERS - before) / seconds, wifi_bytes_s=int((LETTERS - before) * LETTER_SIZE / seconds),
               letters_before_upgrade=before)
    assert all_share([a, b], a.given), "the two do not hold the same letters"
    watch = Watch()
    until("the group is gone", lambda: not groups(), GROUP_GONE_S)
    stage.note(group_gone_s=watch.seconds())
    for card, was in networks.items():
        assert wpa(card, "list_networks") == was, "the person's networks on %s changed: %s" % (card, wpa(card, "list_networks"))


def traffic():
    """Bytes that crossed the interfaces of groups."""
    total = 0
    for name in groups():
        try:
            with open("/sys/class/net/%s/statistics/rx_bytes" % name, encoding="ascii") as file:
                total += int(file.read())
        except OSError:
            pass
    return total


def wpa_supplicant_killed(stage, whose):
    """In mid-upgrade: the Bluetooth session goes on as if nothing had happened."""
    a, b = with_letters(stage, FAULT_LETTERS)
    meet(a, b)
    victim = (a, b)[whose].card
    ups = b.status()["links_up"]
    stage.air.supplicants[victim].kill()
    stage.air.supplicants[victim].wait()
    try:
        until("all letters are over", lambda: b.holds(FAULT_LETTERS), 90, 0.05)
        assert all_share([a, b], a.given), "letters are missing or there twice"
        assert a.linked() and b.linked(), "the Bluetooth session did not survive"
        stage.note(links_during_fault=b.status()["links_up"] - ups)
    finally:
        drop_groups()
        stage.air.start_supplicant(victim)
    time.sleep(0.5)


def maker_loses_wpa_supplicant(stage):
    wpa_supplicant_killed(stage, 0)


def joiner_loses_wpa_supplicant(stage):
    wpa_supplicant_killed(stage, 1)


PLAYS = [(upgrade_moves_the_bulk, 300), (maker_loses_wpa_supplicant, 240), (joiner_loses_wpa_supplicant, 240)]
