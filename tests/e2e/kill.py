#!/usr/bin/python3
"""Three posts in a chain, letters handed in at all of them, and one of them killed with -9 again and again. See kill.sh."""

import argparse
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))
import barid_letters  # noqa: E402
from posts import HELD, Post, free_port, wait_until  # noqa: E402
from writer import Writer  # noqa: E402

PEER_CHECK_EVERY = 4  # kills of the middle post
PEER_CHECK_LETTERS = 400


def dead_letters(post, scratch):
    """Ids in the store of a post that is not running, read from a copy so that nothing is repaired for it."""
    copy = os.path.join(scratch, "copy.db")
    for ending in ("", "-wal"):
        if os.path.exists(post.store + ending):
            shutil.copyfile(post.store + ending, copy + ending)
    with sqlite3.connect(copy) as db:
        ids = {barid_letters.letter_id(body) for (body,) in db.execute("SELECT body FROM letters")}
    db.close()
    for ending in ("", "-wal", "-shm"):
        if os.path.exists(copy + ending):
            os.unlink(copy + ending)
    return ids


def check_peer_promises(first, middle, written, scratch):
    """What the middle post acknowledged to the first, it holds after it was killed. Returns how many promises were looked at."""
    held = dead_letters(middle, scratch)
    promised = 0
    with first.desk() as desk:
        for letter in written[-PEER_CHECK_LETTERS:]:
            place, copies, _, _ = desk.track(letter)
            assert place == HELD, "the post that acknowledged %s does not hold it" % letter.hex()
            if copies:
                promised += 1
                assert letter in held, "%s was acknowledged to a peer and is gone" % letter.hex()
    return promised


def kill_them(posts, writers, arguments, chance, scratch):
    until = time.monotonic() + arguments.seconds
    kills, promises = [0, 0, 0], 0
    while sum(kills) < arguments.kills and time.monotonic() < until:
        # One in four comes while the post is still starting.
        time.sleep(chance.uniform(0, 0.02) if chance.random() < 0.25 else chance.uniform(0.02, 0.4))
        victim = chance.randrange(3)
        posts[victim].kill()
        kills[victim] += 1
        if victim == 1 and kills[1] % PEER_CHECK_EVERY == 0:
            promises += check_peer_promises(posts[0], posts[1], list(writers[0].acknowledged), scratch)
        posts[victim].start(wait=False)
        for writer in writers:
            if writer.fault:
                raise writer.fault
    return kills, promises


def integrity(post):
    with sqlite3.connect(post.store) as db:
        answer = db.execute("PRAGMA integrity_check").fetchall()
    db.close()
    assert answer == [("ok",)], "%s: %s" % (post.store, answer[:3])


def check_end(posts, writers):
    everything = set()
    for writer in writers:
        everything |= set(writer.acknowledged)
    held = []
    for name, post, writer in zip("ABC", posts, writers):
        with post.desk() as desk:
            ids = {barid_letters.letter_id(envelope) for envelope in desk.letters()}
        lost = set(writer.acknowledged) - ids
        assert not lost, "%s acknowledged %d letters and lost %d of them" % (name, len(writer.acknowledged), len(lost))
        held.append(ids)

    def arrived():
        with posts[2].desk() as desk:
            held[2] = {barid_letters.letter_id(envelope) for envelope in desk.letters()}
        return everything <= held[2]

    wait_until("every acknowledged letter is in the last post", arrived, 60, 0.5)
    return len(everything)


def play(arguments, folder):
    chance = random.Random(arguments.seed)
    ports = [free_port(), free_port()]
    posts = [
        Post(os.path.join(folder, "a"), "--listen", "127.0.0.1:%d" % ports[0]),
        Post(os.path.join(folder, "b"), "--listen", "127.0.0.1:%d" % ports[1], "--peer", "127.0.0.1:%d" % ports[0]),
        Post(os.path.join(folder, "c"), "--peer", "127.0.0.1:%d" % ports[1]),
    ]
    writers = [Writer(post, chance.random(), (1, 2, 8, 32), 0.02) for post in posts]
    try:
        for post in posts:
            post.start()
        for writer in writers:
            writer.start()
        kills, promises = kill_them(posts, writers, arguments, chance, folder)
        for writer in writers:
            writer.ending = True
        for writer in writers:
            writer.join()
            if writer.fault:
                raise writer.fault
        letters = check_end(posts, writers)
        for post in posts:
            assert post.stop() == 0, "baridd did not end cleanly: %s" % post.log()
            integrity(post)
    finally:
        for post in posts:
            if post.child and post.child.poll() is None:
                post.kill()
    broken = sum(writer.broken for writer in writers)
    print("%d kills (%s), %d letters acknowledged to people, %d to peers looked at; %d connections broken; nothing lost"
          % (sum(kills), ", ".join("%s %d" % pair for pair in zip("ABC", kills)), letters, promises, broken))
    assert sum(kills) >= arguments.least, "only %d kills in %d seconds" % (sum(kills), arguments.seconds)
    assert promises > 0 and letters > 1000, "too little happened to say anything"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20161216)
    parser.add_argument("--kills", type=int, default=220)
    parser.add_argument("--least", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=100)
    arguments = parser.parse_args()
    print("seed %d" % arguments.seed, flush=True)
    folder = tempfile.mkdtemp(prefix="barid-kill-")
    try:
        play(arguments, folder)
    except AssertionError as fault:
        print("FAIL: %s" % fault)
        return 1
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
