"""What the cases of interop.py and interop_compare.py share: posts that end with their room, what a post holds, links that a post is made to dial."""

import os
import random
import shutil
import socket
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))
import barid_letters as letters  # noqa: E402
from barid_peer import Neighbour  # noqa: E402
from noise_peer import LinkEnded  # noqa: E402
from posts import STORED, Post, free_port, wait_until  # noqa: E402


class Room:
    """Posts in one folder, all of them ended with it."""

    def __init__(self):
        self.folder, self.posts = tempfile.mkdtemp(prefix="barid-interop-"), []

    def post(self, name, *arguments):
        post = Post(os.path.join(self.folder, name), *arguments).start()
        self.posts.append(post)
        return post

    def listening(self, name, *arguments):
        port = free_port()
        post = self.post(name, "--listen", "127.0.0.1:%d" % port, *arguments)
        post.port = port
        return post

    def end(self):
        for post in self.posts:
            if post.child.poll() is None:
                post.kill()
        shutil.rmtree(self.folder)


def hand_in(post, envelopes):
    with post.desk() as desk:
        for at in range(0, len(envelopes), 32):
            for envelope in envelopes[at:at + 32]:
                desk.submit(envelope)
            for envelope in envelopes[at:at + 32]:
                assert desk.submitted() == (STORED, letters.letter_id(envelope))


def holdings(post):
    with post.desk() as desk:
        return list(desk.letters())


def ids_of(envelopes):
    return {letters.letter_id(envelope) for envelope in envelopes}


def place(post, envelope):
    with post.desk() as desk:
        return desk.track(letters.letter_id(envelope))


def count_of(post, counter):
    return post.status()[counter]


class Dialled:
    """A post that keeps a link to this side: every answer() is a new link of its."""

    def __init__(self, room, name, held):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(30)
        self.post = room.post(name)
        hand_in(self.post, held)
        assert self.post.stop() == 0
        self.post.arguments += ["--peer", "127.0.0.1:%d" % self.server.getsockname()[1]]
        self.post.start()

    def answer(self, **how):
        connection, _ = self.server.accept()
        return Neighbour(connection, dial=False, **how)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()


def many(count, number_class=None, bucket=0, days=(3900, 3980)):
    """Letters of all classes or one, on many days."""
    chance = random.Random()
    return [letters.sealed(chance.randrange(4) if number_class is None else number_class, bucket, day=chance.randrange(*days)) for _ in range(count)]


def cpu_seconds(post):
    with open("/proc/%d/stat" % post.child.pid, encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kib(post):
    with open("/proc/%d/status" % post.child.pid, encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def each(cases, check):
    """Runs a check on every case of a table; all that went wrong in one fault."""
    faults = []
    for name, case in cases.items():
        try:
            check(case)
        except (AssertionError, LinkEnded, OSError) as fault:
            faults.append("%s: %s" % (name, fault))
    assert not faults, "; ".join(faults)


def expect_end(post, port, counter, spoil, greeted=True, held=()):
    """Dials, greets, does something wrong: the link ends at once, is counted, and the post goes on."""
    before = count_of(post, counter)
    with Neighbour.dial(port, held=held, seconds=4) as link:
        if greeted:
            link.greet()
        try:
            spoil(link)
        except (LinkEnded, ConnectionError) as end:
            assert "time" not in str(end), "the link goes on, and nothing comes"
        else:
            assert link.ended(), "the link goes on"
    wait_until("%s is counted" % counter, lambda: count_of(post, counter) == before + 1, 3)
