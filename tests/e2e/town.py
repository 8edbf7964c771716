"""A town of posts for end-to-end plays: namespaces, baridd processes, meetings between two of them, and the people at their desks."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BIN = os.environ["BARID_BIN"]
PATIENCE = 30.0  # seconds of real time for anything to come true


class Untrue(Exception):
    """Something a person would have been told was not so."""


def run(*words, check=True, **options):
    result = subprocess.run(words, capture_output=True, text=True, **options)
    if check and result.returncode != 0:
        raise Untrue(f"{' '.join(words)} ended with {result.returncode}: {result.stderr.strip()}")
    return result


def until(what, truth, pause=0.1):
    """Waits for truth() to give something, and gives it back. pause: between two looks, seconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = truth()
        if value:
            return value
        time.sleep(pause)
    raise Untrue(f"not so after {PATIENCE:.0f} s: {what}")


class Post:
    """One device: a namespace, a home, a baridd."""

    def __init__(self, town, name, *flags, clock=None):
        self.town, self.name, self.flags, self.clock = town, name, flags, clock
        self.home = os.path.join(town.folder, name)
        os.mkdir(self.home, 0o700)
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        self.inside("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0")
        self.process, self.last = None, None

    def inside(self, *words):
        return run("ip", "netns", "exec", self.name, *words)

    def start(self):
        environment = dict(os.environ)
        if self.clock is not None:
            library = next(f"/usr/lib/{arch}/faketime/libfaketime.so.1" for arch in os.listdir("/usr/lib")
                           if os.path.exists(f"/usr/lib/{arch}/faketime/libfaketime.so.1"))
            environment.update(LD_PRELOAD=library, FAKETIME="@" + self.clock, FAKETIME_DONT_FAKE_MONOTONIC="1")
        log = open(os.path.join(self.town.folder, self.name + ".log"), "a")
        self.process = subprocess.Popen(["ip", "netns", "exec", self.name, os.path.join(BIN, "baridd"), "--home", self.home, *self.flags],
                                        stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        log.close()
        until(f"the post of {self.name} answers", lambda: self.person("status", check=False).returncode == 0)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=10) != 0:
            raise Untrue(f"{self.name}'s post did not end cleanly")

    def person(self, *words, check=True):
        """barid at this device."""
        return run(os.path.join(BIN, "barid"), "--home", self.home, *words, check=check, stdin=subprocess.DEVNULL)

    def says(self, *words, **options):
        """The JSON lines of barid at this device."""
        return [json.loads(line) for line in self.person("--json", *words, **options).stdout.splitlines()]

    def status(self):
        self.last = self.says("status")[0]
        return self.last

    def counters(self):
        return self.status()["counters"]


class Group:
    """A relief group's desk next to somebody's post."""

    def __init__(self, post, name):
        self.post, self.name = post, name
        self.home = os.path.join(post.town.folder, "desk-" + name)

    def does(self, *words, check=True):
        result = run(os.path.join(BIN, "barid-relief"), "--home", self.home, "--post", os.path.join(self.post.home, "ctl.sock"), "--json", *words,
                     check=check, stdin=subprocess.DEVNULL)
        return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]

    def card(self):
        path = os.path.join(self.post.town.folder, self.name + ".card")
        with open(path, "w") as card:
            card.write(run(os.path.join(BIN, "barid-relief"), "--home", self.home, "org", "card", stdin=subprocess.DEVNULL).stdout)
        return path


class Town:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="barid-story-")
        self.posts = []
        self.meeting = None
        self.checks = 0

    def post(self, name, *flags, **options):
        post = Post(self, name, *flags, **options)
        self.posts.append(post)
        return post

    def tell(self, hour, text):
        print(f"{hour}  {text}", flush=True)

    def hold(self, what, truth):
        """Something that must be so now."""
        self.checks += 1
        if not truth:
            raise Untrue(what)

    def becomes(self, what, truth):
        self.checks += 1
        return until(what, truth)

    def wire(self, a, b, addresses=None):
        """A cable, or the air, between two devices. With addresses: an IPv4 network as on the internet."""
        run("ip", "link", "add", "name", "w0", "netns", a.name, "type", "veth", "peer", "name", "w0", "netns", b.name)
        for post, address in zip((a, b), addresses or (None, None)):
            if address:
                run("ip", "-n", post.name, "address", "add", address, "dev", "w0")
            run("ip", "-n", post.name, "link", "set", "w0", "up")

    def meet(self, a, b, addresses=None):
        """Only one pair of strangers is in reach of each other at any time."""
        self.hold("nobody else is in reach", self.meeting is None)
        self.meeting = (a, b)
        self.wire(a, b, addresses)

    def part(self):
        a, b = self.meeting
        run("ip", "-n", a.name, "link", "del", "w0")
        self.meeting = None
        for post in (a, b):
            if post.process.poll() is None and "--gateway-listen" not in post.flags:
                until(f"{post.name} notices that it is alone", lambda: post.status()["neighbours"] == 0)

    def same(self, a, b):
        """Both carry the same letters."""
        return a.status()["digest"] == b.status()["digest"]

    def exchanged(self, a, b):
        """Both carry the same, or are linked and have nothing more to say: one may refuse receipts for a letter that it never met."""
        if self.same(a, b):
            return True
        before = [post.status() for post in (a, b)]
        time.sleep(0.7)
        after = [post.status() for post in (a, b)]
        return all(old["neighbours"] > 0 and old["counters"] == new["counters"] for old, new in zip(before, after))

    def end(self, keep):
        problems = []
        for post in self.posts:
            try:
                post.stop()
            except (Untrue, subprocess.TimeoutExpired) as problem:
                problems.append(str(problem))
        if keep or problems:
            for post in self.posts:
                if post.last:
                    print(f"--- {post.name} last said {json.dumps(post.last)}", file=sys.stderr)
                path = os.path.join(self.folder, post.name + ".log")
                with open(path) as log:
                    print(f"--- {post.name}'s log\n{log.read()[-2000:]}", file=sys.stderr)
        shutil.rmtree(self.folder)
        return problems
