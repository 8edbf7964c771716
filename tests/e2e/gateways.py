#!/usr/bin/python3
"""Two gateways before one database, two posts that deliver to them, and everything but the posts killed again and again. See gateways.sh."""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))
import barid_letters  # noqa: E402
from posts import FULL, HELD, KNOWN, ONCE, STORED, Post, free_port, program, wait_until  # noqa: E402
from writer import Writer  # noqa: E402

POSTGRES = os.path.join(HERE, "../support/postgres.sh")
LETTERS_LEAST = 300
ALONE_SECONDS = 2  # how long the database is away when it is shown that gateways wait for it


def postgres(*words):
    return subprocess.run([POSTGRES, *words], check=True, stdout=subprocess.PIPE).stdout.decode().strip()


class Database:
    """A cluster that does not lose what it committed: fsync is on."""

    def __init__(self, folder):
        self.folder = folder
        self.url = postgres("start", folder)

    def kill(self):
        postgres("kill", self.folder)

    def again(self):
        postgres("again", self.folder)

    def stop(self):
        postgres("stop", self.folder)

    def remove(self):
        postgres("remove", self.folder)

    def rows(self, query):
        answer = subprocess.run(["psql", self.url, "-AtX", "-c", query], check=True, stdout=subprocess.PIPE)
        return answer.stdout.decode().split()

    def letters(self):
        return {barid_letters.letter_id(bytes.fromhex(body)) for body in self.rows("SELECT encode(body, 'hex') FROM post_letters")}


def held_by(post):
    with post.desk(30) as desk:
        return {barid_letters.letter_id(envelope) for envelope in desk.letters()}


def check_promises(phones, database):
    """What a gateway acknowledged to a post is in the database. Returns how many promises were looked at."""
    kept, promised = None, set()
    for post, writer in phones:
        with post.desk() as desk:
            for letter in list(writer.acknowledged):
                place, _, _, gateway_at = desk.track(letter)
                assert place in (HELD, ONCE), "a post lost a letter of its own"
                if gateway_at:
                    promised.add(letter)
    kept = database.letters()
    lost = promised - kept
    assert not lost, "%d letters were acknowledged by a gateway and are not in the database" % len(lost)
    return len(promised)


def revive(gateways):
    """What a service manager does: one that found no database when it started is started again."""
    for gateway in gateways:
        if gateway.child.poll() is not None:
            assert gateway.child.returncode in (75, 74), "a gateway ended by itself with %d: %s" % (gateway.child.returncode, gateway.log())
            gateway.start(wait=False)


def kill_them(database, gateways, phones, writers, arguments, chance):
    begun = time.monotonic()
    kills, promises = {"gateway": 0, "database": 0}, 0

    def enough():
        return sum(kills.values()) >= arguments.least and sum(len(writer.acknowledged) for writer in writers) > LETTERS_LEAST

    # A machine that is busy with other things gets three times as long.
    while sum(kills.values()) < arguments.kills and time.monotonic() < begun + arguments.seconds * (1 if enough() else 3):
        time.sleep(chance.uniform(0.05, 1.0))
        for writer in writers:
            if writer.fault:
                raise writer.fault
        if chance.random() < 0.3:
            database.kill()
            time.sleep(chance.uniform(0, 0.5))
            database.again()
            kills["database"] += 1
            promises += check_promises(phones, database)
        else:
            gateway = chance.choice(gateways)
            gateway.kill()
            kills["gateway"] += 1
            gateway.start(wait=False)
        revive(gateways)
    for gateway in gateways:
        gateway.kill()
        gateway.start()
    return kills, promises


def check_waiting(database, gateways):
    """A database that is away ends no gateway, and what is handed in meanwhile is refused."""
    children = [gateway.child.pid for gateway in gateways]
    envelope = barid_letters.sealed(0, 1)
    database.stop()
    until = time.monotonic() + ALONE_SECONDS
    while time.monotonic() < until:
        for gateway in gateways:
            begun = time.monotonic()
            with gateway.desk() as desk:
                desk.submit(envelope)
                assert desk.submitted()[0] == FULL, "a letter was taken without a database"
                desk.status()
            assert time.monotonic() - begun < 5, "a gateway hangs while the database is away"
        time.sleep(0.2)
    database.again()

    def taken(gateway):
        with gateway.desk() as desk:
            desk.submit(envelope)
            return desk.submitted()[0] in (STORED, KNOWN)

    for gateway in gateways:
        wait_until("a gateway finds the database again", lambda: taken(gateway), 20, 0.2)
    assert children == [gateway.child.pid for gateway in gateways] and all(gateway.child.poll() is None for gateway in gateways)
    wait_until("it is known to both", lambda: barid_letters.letter_id(envelope) in held_by(gateways[0]) & held_by(gateways[1]), 10, 0.2)


def check_last_promises(database, gateways, phones):
    """Once gateways have acknowledged something to the posts, everything is killed once more."""
    promises = 0

    def some():
        nonlocal promises
        promises = check_promises(phones, database)
        return promises > 0

    wait_until("a gateway acknowledges a letter to a post", some, 60, 0.5)
    database.kill()
    for gateway in gateways:
        gateway.kill()
    database.again()
    for gateway in gateways:
        gateway.start()
    return check_promises(phones, database)


def check_end(database, gateways, posts, writers):
    everything = {letter for writer in writers for letter in writer.acknowledged}
    for writer in writers[:2]:
        lost = set(writer.acknowledged) - database.letters()
        assert not lost, "a gateway acknowledged %d letters to people and lost %d of them" % (len(writer.acknowledged), len(lost))
    for post in posts:  # which have come to wait long between two tries to reach a gateway
        assert post.stop() == 0, "baridd did not end cleanly: %s" % post.log()
        post.start()
    wait_until("every acknowledged letter is in the database", lambda: everything <= database.letters(), 90, 0.5)
    wait_until("both gateways hold what is there", lambda: held_by(gateways[0]) == held_by(gateways[1]) == database.letters(), 20, 0.5)
    # What came in at one gateway goes out at the other, on links that are up.
    for post in posts:
        wait_until("every acknowledged letter has come to %s" % post.home, lambda: everything <= held_by(post), 60, 0.5)
    twice = database.rows("SELECT count(*) - count(DISTINCT body) FROM post_letters")
    assert twice == ["0"], "%s letters are there twice" % twice
    gaps = database.rows("SELECT max(turn) - min(turn) + 1 - count(*) FROM post_news")
    assert gaps == ["0"], "the feed of turns has gaps"
    return len(everything)


def play(arguments, folder):
    chance = random.Random(arguments.seed)
    database = Database(os.path.join(folder, "pg"))
    ports = [free_port(), free_port()]
    gateways = []
    for i in (0, 1):
        listen = ["--gateway-listen", "127.0.0.1:%d" % ports[i]]
        gateways.append(Post(os.path.join(folder, "gate%d" % i), "--database", database.url, "--store-max", "1G", *listen))
    posts = []
    try:
        for gateway in gateways:
            gateway.start()
        for i in (0, 1):
            show = [program("baridd"), "--home", gateways[i].home, "--show-key"]
            key = subprocess.run(show, check=True, stdout=subprocess.PIPE).stdout.decode().strip()
            posts.append(Post(os.path.join(folder, "post%d" % i), "--gateway", "127.0.0.1:%d" % ports[i], "--gateway-key", key).start())
        writers = [Writer(post, chance.random(), (1, 2, 4, 16), 0.2, may_be_full=True) for post in gateways + posts]
        phones = list(zip(posts, writers[2:]))
        for writer in writers:
            writer.start()
        kills, promises = kill_them(database, gateways, phones, writers, arguments, chance)
        for writer in writers:
            writer.ending = True
        for writer in writers:
            writer.join()
            if writer.fault:
                raise writer.fault
        check_waiting(database, gateways)
        promises += check_last_promises(database, gateways, phones)
        letters = check_end(database, gateways, posts, writers)
        for post in gateways + posts:
            assert post.stop() == 0, "baridd did not end cleanly: %s" % post.log()
    except AssertionError:
        for post in gateways + posts:
            print("%s: %s" % (post.home, post.log()[-1500:]))
        raise
    finally:
        for post in gateways + posts:
            if post.child and post.child.poll() is None:
                post.kill()
        database.remove()
    print("%d kills (gateways %d, database %d), %d letters acknowledged, %d promises of gateways to posts looked at"
          % (sum(kills.values()), kills["gateway"], kills["database"], letters, promises))
    print("%d refused, %d connections broken; nothing lost" % (sum(w.refused for w in writers), sum(w.broken for w in writers)))
    assert sum(kills.values()) >= arguments.least, "only %d kills in %d seconds" % (sum(kills.values()), arguments.seconds)
    assert promises > 0 and letters > LETTERS_LEAST, "too little happened to say anything"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20120719)
    parser.add_argument("--kills", type=int, default=14)
    parser.add_argument("--least", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=15)
    arguments = parser.parse_args()
    print("seed %d" % arguments.seed, flush=True)
    folder = tempfile.mkdtemp(prefix="barid-gateways-")
    os.chmod(folder, 0o755)  # the server runs as another user
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
