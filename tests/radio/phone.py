"""A device of the lab: a real baridd bound to an adapter and a card, and the hand that holds it."""

import contextlib
import os
import shutil
import subprocess
import sys
import time

from air import RUN, WORK, Trouble, until

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../e2e"), os.path.join(HERE, "../interop")]
import barid_letters  # noqa: E402
import posts  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


class Phone(posts.Post):
    """number: 1 for hci0 and wlan0, and so on."""

    def __init__(self, name, number, bluetooth=True, wifi=False, rotation=None, words=()):
        arguments = ["--bluetooth", "hci%d" % (number - 1) if bluetooth else "off"]
        arguments += ["--log-level", "debug", "--wifi-direct", "wlan%d" % (number - 1) if wifi else "off"]
        if rotation:
            arguments += ["--bluetooth-rotation", str(rotation)]
        super().__init__(os.path.join(RUN, "homes", name), *arguments, *words)
        os.chmod(self.home, 0o700)
        self.name, self.adapter, self.card = name, "hci%d" % (number - 1), "wlan%d" % (number - 1)
        self.wifi = wifi
        self.given = set()  # letters that the post acknowledged to us

    def give(self, count, number_class=barid_letters.ROUTINE, bucket=1):
        """Hands in letters and waits until all are acknowledged; their ids."""
        return self.give_these([barid_letters.sealed(number_class, bucket) for _ in range(count)])

    def give_these(self, envelopes):
        ids = []
        with self.desk() as desk:
            for begin in range(0, len(envelopes), 64):
                some = envelopes[begin:begin + 64]
                for envelope in some:
                    desk.submit(envelope)
                for _ in some:
                    verdict, letter = desk.submitted()
                    if verdict != posts.STORED:
                        raise AssertionError("%s's post did not take a letter (verdict %d)" % (self.name, verdict))
                    ids.append(letter)
        self.given.update(ids)
        return ids

    def held(self):
        """Ids of all letters in the post. A letter that is there twice counts twice."""
        with self.desk() as desk:
            return sorted(barid_letters.letter_id(envelope) for envelope in desk.letters())

    def holds(self, count):
        return self.status()["letters"] >= count

    def person(self, *words, check=True):
        """barid at this device: what it said."""
        result = subprocess.run([posts.program("barid"), "--home", self.home, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, timeout=60)
        if check and result.returncode != 0:
            raise AssertionError("barid %s at %s's ended with %d: %s" % (words[0], self.name, result.returncode, result.stderr.strip()))
        return result.stdout

    def alive(self):
        return self.child is not None and self.child.poll() is None

    def cpu(self):
        """Seconds of processor time so far."""
        with open("/proc/%d/stat" % self.child.pid, encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def linked(self):
        return self.status()["neighbours"] > 0


def all_share(phones, letters):
    """Everybody holds exactly these letters, each once."""
    return all(phone.holds(len(letters)) for phone in phones) and all(phone.held() == sorted(letters) for phone in phones)


class Stage:
    """What a scenario plays on: the air, phones that are put away afterwards, and figures that are noted."""

    def __init__(self, air):
        self.air, self.phones, self.figures = air, [], {}

    def phone(self, name, number, **options):
        phone = Phone("%s-%d" % (name, len(os.listdir(os.path.join(RUN, "homes")))), number, **options)
        self.phones.append(phone)
        return phone

    def note(self, **figures):
        for name, value in figures.items():
            self.figures[name] = round(value, 2) if isinstance(value, float) else value

    def clear(self):
        """Ends the phones; whoever does not end well is named."""
        bad = [phone.name for phone in self.phones if phone.stop() not in (0, None)]
        for phone in self.phones:
            with contextlib.suppress(OSError):
                shutil.copyfile(os.path.join(phone.home, "log"), os.path.join(WORK, phone.name + ".log"))
        self.phones = []
        return bad

    def logs(self, lines=12):
        found = []
        for phone in self.phones:
            with contextlib.suppress(OSError):
                found.append((phone.name, phone.log()))
        for name in ["bluetoothd", *["wpa-" + phone.card for phone in self.phones if phone.wifi]]:
            path = os.path.join(WORK, name + ".log")
            with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as log:
                found.append((name, log.read()[-20000:]))
        return "\n".join("--- %s\n%s" % (name, "\n".join(text.splitlines()[-lines:])) for name, text in found)


class Watch:
    """Seconds since it was made."""

    def __init__(self):
        self.began = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.began


__all__ = ["Phone", "Stage", "Trouble", "Watch", "all_share", "barid_letters", "until"]
