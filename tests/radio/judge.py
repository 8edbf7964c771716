"""Looks at what play_capture.py recorded. Usage: judge.py FOLDER, or judge.py --selftest."""

import json
import os
import sys
import tempfile
from collections import Counter, defaultdict

import monitor
import selftest
import snoop
from emission import forbidden_words, survivors

LIVES_LEAST = 4  # three rotations
SHOWN = 12

# The one thing that is known to stay: wpa_supplicant shows the P2P device address in every P2P group's beacons, and where the driver has a device of
# its own for P2P, as here and on most cards, only the driver could change it.
RESIDUE = {"P2P device address"}


def read_frames(path):
    with open(path, "rb") as file:
        data = file.read()
    at, frames = 0, []
    while at + 2 <= len(data):
        size = int.from_bytes(data[at:at + 2], "big")
        frames.append(data[at + 2:at + 2 + size])
        at += 2 + size
    return frames


def judge_bluetooth(path, words):
    """Sentences about what is wrong; figures."""
    capture = snoop.Capture(path)
    problems = list(capture.faults)
    for index in (0, 1):
        if len(capture.births[index]) < LIVES_LEAST:
            problems.append("hci%d advertised under %d addresses instead of %d or more" % (index, len(capture.births[index]), LIVES_LEAST))
        linked = {emission.life for emission in capture.emissions if emission.device == "hci%d" % index and emission.kind == "link"}
        if len(linked) < LIVES_LEAST - 1:
            problems.append("hci%d had links in %d of its lives only" % (index, len(linked)))
    problems += survivors(capture.emissions) + forbidden_words(capture.emissions, words)
    kinds = Counter(emission.kind for emission in capture.emissions)
    return problems, {"lives": [len(capture.births[index]) for index in (0, 1)], **kinds}


def frames_of(folder, truth):
    owners = {bytes.fromhex(address): interface for address, interface in truth["owners"].items()}
    permanent = {bytes.fromhex(address.replace(":", "")): card for address, card in truth["permanent"].items()}
    return monitor.Frames(read_frames(os.path.join(folder, "frames")), owners, permanent)


def judge_wifi(frames, words, cards=("wlan0", "wlan1")):
    problems = list(frames.faults)
    lives, residue = defaultdict(set), set()
    for emission in frames.emissions:
        lives[emission.device].add(emission.life)
        if emission.kind in RESIDUE:
            residue.add("%s: %s %s" % (emission.device, emission.kind, emission.free.hex(":")))
    for card in cards:
        if len(lives[card]) < 2:
            problems.append("%s was in fewer than two groups, so nothing was compared" % card)
    problems += survivors([emission for emission in frames.emissions if emission.kind not in RESIDUE])
    problems += forbidden_words(frames.emissions, words)
    kinds = Counter(emission.kind for emission in frames.emissions)
    return problems, {"lives": {card: len(of) for card, of in lives.items()}, "known_residue": sorted(residue), **kinds}


def tell(name, problems, figures):
    print("%-4s  %s" % ("FAIL" if problems else "ok", name))
    if figures:
        print("figures " + json.dumps({"scenario": name, **figures}))
    for problem in problems[:SHOWN]:
        print("      " + problem)
    if len(problems) > SHOWN:
        print("      and %d more" % (len(problems) - SHOWN))
    return not problems


def main(words):
    if words == ["--selftest"]:
        with tempfile.TemporaryDirectory() as folder:
            results = [tell("the judge: " + name, problems, {})
                       for name, problems in selftest.results(folder, judge_bluetooth, judge_wifi)]
    else:
        with open(os.path.join(words[0], "truth.json"), encoding="utf-8") as file:
            truth = json.load(file)
        secrets = {what: bytes.fromhex(word) for what, word in truth["words"].items()}
        results = [tell("nothing constant on Bluetooth", *judge_bluetooth(os.path.join(words[0], "air.snoop"), secrets)),
                   tell("nothing constant on Wi-Fi", *judge_wifi(frames_of(words[0], truth), secrets))]
    print("%d passed, %d failed" % (sum(results), len(results) - sum(results)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
