"""What runs in the guest: brings up the radios and then does as ordered. Called by guest.sh with the words given to run.sh."""

import json
import os
import signal
import subprocess
import sys
import time
import traceback

import air

# The files of scenarios that one guest plays one after another. run.sh boots a guest for each.
ACTS = {"bluetooth": ("play_meet", "play_faults"), "wifi": ("play_lane", "play_hotspot"), "capture": ("play_capture",)}


class TooLong(Exception):
    """A scenario had its time."""


def ring(_signal, _frame):
    raise TooLong


def play_one(stage, scenario, seconds):
    """None if it went well, else what was wrong."""
    stage.figures = {}
    signal.alarm(seconds)
    try:
        scenario(stage)
        return None
    except TooLong:
        return "not over within %d seconds\n%s" % (seconds, traceback.format_exc(limit=-3))
    except (AssertionError, air.Trouble, ConnectionError, OSError, subprocess.SubprocessError) as fault:
        where = traceback.extract_tb(fault.__traceback__)[-1]
        return "%s: %s (%s:%d)" % (type(fault).__name__, fault, os.path.basename(where.filename), where.lineno)
    finally:
        signal.alarm(0)


def play(lab, names):
    import phone  # Only scenarios need it, and the programs under test.

    stages = [(__import__(name), phone.Stage(lab)) for act in ACTS.values() for name in act]
    passed = failed = 0
    signal.signal(signal.SIGALRM, ring)
    for module, stage in stages:
        for scenario, seconds in module.PLAYS:
            if names and scenario.__name__ not in names and module.__name__ not in names:
                continue
            began = time.monotonic()
            problem = play_one(stage, scenario, seconds)
            print("%-4s  %-40s %5.1f s" % ("FAIL" if problem else "ok", scenario.__name__.replace("_", " "), time.monotonic() - began))
            if stage.figures:
                print("figures " + json.dumps({"scenario": scenario.__name__, **stage.figures}))
            if problem:
                print(problem + "\n" + stage.logs())
                stage.clear()
                lab.mend()
            passed, failed = passed + (not problem), failed + bool(problem)
            sys.stdout.flush()
        for name in stage.clear():
            print("FAIL  %s's post did not end well" % name)
            failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


def main(words):
    began = time.monotonic()
    lab = air.Air(int(os.environ["BARID_RADIO_BLUETOOTH"]), int(os.environ["BARID_RADIO_WIFI"]), os.environ.get("BARID_RADIO_MODE", "le"))
    os.makedirs(os.path.join(air.RUN, "homes"))
    try:
        lab.up()
    except air.Trouble as trouble:
        print("THE RADIO LAB CANNOT RUN HERE: %s" % trouble)
        return 70
    print("radios up after %.1f s" % (time.monotonic() - began), file=sys.stderr)
    try:
        if words[0] == "--run":
            return subprocess.call(words[1:], stdin=subprocess.DEVNULL)
        if words[0] == "--play":
            return play(lab, [name for word in words[1:] for name in ACTS.get(word, (word,))])
        return subprocess.call(["setsid", "--ctty", "bash", "-c", "stty sane; exec bash -i"])
    finally:
        lab.down()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
