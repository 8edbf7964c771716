"""Somebody who hands letters to a post, whatever becomes of it."""

import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../interop"))
import barid_letters  # noqa: E402
from posts import FULL, KNOWN, STORED, Desk  # noqa: E402


class Writer(threading.Thread):
    """In bursts of one of some sizes, with pauses of up to so many seconds, until it is told to end. Notes every letter that was acknowledged; what
    was not answered, or refused for want of room where that may be, it hands in again, as a person would."""

    def __init__(self, post, seed, sizes, pause, may_be_full=False):
        super().__init__(daemon=True)
        self.post, self.chance, self.sizes, self.pause = post, random.Random(seed), sizes, pause
        self.verdicts = (STORED, KNOWN, FULL) if may_be_full else (STORED, KNOWN)
        self.acknowledged, self.unanswered, self.refused, self.broken, self.ending, self.fault = [], [], 0, 0, False, None

    def burst(self, desk):
        most = max(self.sizes)
        burst, self.unanswered = self.unanswered[:most], self.unanswered[most:]
        while len(burst) < self.chance.choice(self.sizes):
            burst.append(barid_letters.sealed(self.chance.randrange(4), self.chance.choice([0, 1, 1, 2]), random=self.chance.randbytes))
        done, again = 0, []
        try:
            for envelope in burst:
                desk.submit(envelope)
            for envelope in burst:
                verdict, letter = desk.submitted()
                assert verdict in self.verdicts, "verdict %d" % verdict
                done += 1
                if verdict == FULL:
                    self.refused += 1
                    again.append(envelope)
                else:
                    assert letter == barid_letters.letter_id(envelope), "another id than SPEC.md says"
                    self.acknowledged.append(letter)
        finally:
            self.unanswered += again + burst[done:]

    def run(self):
        try:
            while not self.ending:
                try:
                    with Desk(self.post.control) as desk:
                        while not self.ending:
                            self.burst(desk)
                            time.sleep(self.chance.uniform(0, self.pause))
                except OSError:
                    self.broken += 1
                    time.sleep(0.005)
        except AssertionError as fault:
            self.fault = fault
