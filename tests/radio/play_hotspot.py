"""A box as a clinic has one: the Wi-Fi network and the names that node/hotspot.sh sets up, and the pages; and a phone that joins with what the
printed sign says, and sends a letter."""

import html
import json
import os
import re
import shlex
import subprocess
import sys

import phone
from air import RUN, WORK, drop_groups, end, run, spawn, until

HERE = os.path.dirname(os.path.abspath(__file__))
SPACE = "visitor"  # the phone's own network namespace: nothing reaches it but through the air
NAME, NETWORK, PIN, TEXT = "Amal", "Clinic 4, قريب", "123456", "a letter over the clinic's box"
STATION = """ctrl_interface=/run/visitor
mac_addr=1
network={
  ssid=%s
  psk="%s"
}
"""
LEASE = """#!/bin/sh
[ "$1" = bound ] || exit 0
ip address replace "$ip/$mask" dev "$interface"
ip route replace default via "$router"
echo "nameserver $dns" >/etc/netns/%s/resolv.conf
echo "$ip $router $dns" >%s
"""
UDHCPC = ("busybox", "udhcpc", "-f", "-q", "-n", "-t", "20", "-T", "2", "-i")


def said(*words, data=None, seconds=150):
    """A command that must go well: what it printed."""
    result = subprocess.run(words, input=data, stdin=None if data else subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
    assert result.returncode == 0, "%s ended with %d: %s" % (" ".join(words), result.returncode, (result.stderr or result.stdout).strip())
    return result.stdout


def inside(*words):
    return ("ip", "netns", "exec", SPACE, *words)


def set_up(card):
    """What hotspot.sh writes stands where it belongs; what the sign that it prints says: (network, pass phrase), and the box's settings."""
    root = os.path.join(RUN, "box")
    os.makedirs(root)
    script = os.path.join(HERE, "../../node/hotspot.sh")
    said(script, "on", "--root", root, "--with", "hostapd", "--interface", card, "--name", NETWORK)
    run("cp", "-r", os.path.join(root, "etc"), "/")
    sign = re.search(r'Wi-Fi: <b><bdi>(.*?)</bdi></b><br><b dir="ltr">(.*?)</b>', said(script, "sign", "--root", root))
    with open("/etc/barid/box.conf", encoding="utf-8") as file:
        settings = dict(line.strip().split("=", 1) for line in file if "=" in line)
    return [html.unescape(word) for word in sign.groups()], settings


def start_unit(name):
    """What systemd would run for a unit, in its order; the program it stays with."""
    with open("/etc/systemd/system/%s.service" % name, encoding="utf-8") as file:
        unit = file.read()
    for folder in re.findall(r"^RuntimeDirectory=(.*)$", unit, re.M):
        os.makedirs(os.path.join("/run", folder), exist_ok=True)
    for command in re.findall(r"^ExecStartPre=(.*)$", unit, re.M):
        run(*shlex.split(command))
    return spawn(name, *shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.M)[1]))


def join(stage, card, network, passphrase):
    """A phone of its own with that card, in reach of nothing but the box's network: its number, and where it is told to ask."""
    said("ip", "netns", "add", SPACE)
    with open("/sys/class/net/%s/phy80211/name" % card, encoding="ascii") as file:
        said("iw", "phy", file.read().strip(), "set", "netns", "name", SPACE)
    os.makedirs("/etc/netns/" + SPACE)
    open("/etc/netns/%s/resolv.conf" % SPACE, "w", encoding="ascii").close()
    for path, text, mode in ((RUN + "/visitor.conf", STATION % (network.encode().hex(), passphrase), 0o600),
                             (RUN + "/lease.sh", LEASE % (SPACE, RUN + "/lease"), 0o755)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
    supplicant = spawn("wpa-visitor", *inside("wpa_supplicant", "-Dnl80211", "-i", card, "-c", RUN + "/visitor.conf"))
    state = inside("wpa_cli", "-p", "/run/visitor", "-i", card, "status")
    watch = phone.Watch()
    until("the phone is in the box's network", lambda: "wpa_state=COMPLETED" in run(*state, check=False), 90, 0.2)
    joined = watch.seconds()
    said(*inside(*UDHCPC, card, "-s", RUN + "/lease.sh"), seconds=90)
    with open(RUN + "/lease", encoding="ascii") as file:
        lease = file.read().split()
    stage.note(join_s=joined, lease_s=watch.seconds() - joined)
    return supplicant, lease


def start_pages(post, settings):
    """`barid serve` as barid-box.service starts it; its child."""
    listen, people = settings["LISTEN"], os.path.join(RUN, "people")
    pages = spawn("pages", phone.posts.program("barid"), "--home", people, "--post", post.control, "serve", "--people", people, "--listen", listen,
                  "--portal", settings["PORTAL"])
    address, port = listen.rsplit(":", 1)
    until("the pages are there", lambda: "LISTEN" in run("ss", "-Hltn", "src %s and sport = :%s" % (address, port)), 60)
    return pages


def phone_joins_the_box(stage):
    """By the sign alone: Wi-Fi, number, names, the splash, an account, a letter that the post has and that the group it is for can open."""
    stage.clear()
    box, visitor = stage.air.cards[:2]
    post = stage.phone("box", 1, bluetooth=False).start(wait=False)
    post.desk(90).close()
    relief = (phone.posts.program("barid-relief"), "--home", os.path.join(RUN, "relief"), "--post", post.control)
    said(*relief, "org", "create", "--name", "Medics")
    group = said(*relief, "org", "card").strip()
    for card in (box, visitor):
        end(stage.air.supplicants[card])
    drop_groups()
    (network, passphrase), settings = set_up(box)
    children = [start_unit("barid-hotspot-wifi")]
    try:
        until("the network is on the air", lambda: "AP-ENABLED" in log("barid-hotspot-wifi"), 60)
        children += [start_unit("barid-hotspot-names"), start_pages(post, settings)]
        supplicant, lease = join(stage, visitor, network, passphrase)
        children.append(supplicant)
        assert lease[0].startswith("10.42.0.") and lease[1:] == ["10.42.0.1", "10.42.0.1"], "the phone was given %s" % lease
        assert "10.42.0.1" in said(*inside("busybox", "nslookup", "barid.lan", "10.42.0.1")), "barid.lan leads elsewhere"
        met = json.loads(said(*inside(sys.executable, os.path.join(HERE, "visitor.py"), group, NAME, PIN, TEXT), seconds=300))
        stage.note(browsing_s=met["seconds"])
        until("the post has the letter", lambda: post.holds(1), 90)
        until("the group has the letter", lambda: TEXT in said(*relief, "--json", "inbox"), 60, 1)
    finally:
        for child in reversed(children):
            end(child)
        run("ip", "netns", "del", SPACE, check=False)
        until("the phone's card is back", lambda: os.path.exists("/sys/class/net/" + visitor), 20)
        stage.air.mend()


def log(name):
    with open(os.path.join(WORK, name + ".log"), encoding="utf-8", errors="replace") as file:
        return file.read()


PLAYS = [(phone_joins_the_box, 500)]
