"""Real baridd processes for the scripts beside this file: started, asked over their control socket (node/control.h), killed, ended."""

import os
import re
import signal
import socket
import struct
import subprocess
import time

STATUS, SUBMIT, FEED, TRACK, WATCH = range(1, 6)
STORED, KNOWN, MALFORMED, STALE, FULL, UNMATCHED = range(6)
SEND_NOW = 1
UNKNOWN, HELD, ONCE = range(3)  # places of a TRACK answer
PACKET_MAX = 8192


HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "../../node/post/tally.h"), encoding="ascii") as tally:
    COUNTERS = re.findall(r"X\([A-Z_]+, ([a-z_]+)\)", tally.read())


def program(name):
    folder = os.environ.get("BARID_BIN", os.path.join(HERE, "../../build/plain/bin"))
    return os.path.join(folder, name)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Desk:
    """A connection to a post's control socket. ConnectionError when the post goes away."""

    def __init__(self, path, seconds=10.0):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(seconds)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, op, payload=b""):
        self.socket.send(bytes([1, op]) + payload)

    def receive(self, op):
        packet = self.socket.recv(PACKET_MAX)
        if not packet:
            raise ConnectionResetError("the post closed the socket")
        assert packet[:2] == bytes([1, op]), "an answer of another kind: %s" % packet[:2].hex()
        return packet[2:]

    def submit(self, envelope, flags=SEND_NOW):
        self.send(SUBMIT, bytes([flags]) + envelope)

    def submitted(self):
        answer = self.receive(SUBMIT)
        assert len(answer) == 33
        return answer[0], answer[1:]

    def track(self, letter):
        self.send(TRACK, letter)
        return struct.unpack("<BIQQ", self.receive(TRACK))  # place, copies, handed_at, gateway_at

    def status(self):
        self.send(STATUS)
        answer = self.receive(STATUS)
        names = ("unix_s uptime_s store_id newest letters0 letters1 letters2 letters3 digest known store_bytes store_max_bytes neighbours flags "
                 "gateway_last n")
        layout = struct.Struct("<QQQQIIII8sIQQIBQH")
        status = dict(zip(names.split(), layout.unpack_from(answer)))
        assert status["n"] == len(COUNTERS), "%d counters instead of %d" % (status["n"], len(COUNTERS))
        status.update(zip(COUNTERS, struct.unpack_from("<%dQ" % status["n"], answer, layout.size)))
        status["letters"] = sum(status["letters%d" % i] for i in range(4))
        return status

    def letters(self):
        """Every envelope the post holds."""
        after, more = 0, True
        while more:
            more = False
            self.send(FEED, struct.pack("<QHB", after, 512, 255))
            while True:
                answer = self.receive(FEED)
                end, after = answer[0], struct.unpack_from("<Q", answer, 1)[0]
                if end:
                    break
                more = True
                yield answer[17:]


class Post:
    """One baridd in a folder of its own."""

    def __init__(self, home, *arguments):
        self.home, self.arguments, self.child = home, list(arguments), None
        os.makedirs(home, exist_ok=True)

    @property
    def control(self):
        return os.path.join(self.home, "ctl.sock")

    @property
    def store(self):
        return os.path.join(self.home, "store.db")

    def start(self, wait=True):
        with open(os.path.join(self.home, "log"), "ab") as log:
            command = [program("baridd"), "--home", self.home, "--lan", "off", *self.arguments]
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if wait:
            self.desk().close()
        return self

    def desk(self, seconds=10.0):
        until = time.monotonic() + seconds
        while True:
            try:
                return Desk(self.control)
            except OSError:
                assert self.child.poll() is None, "baridd ended with %s: %s" % (self.child.returncode, self.log())
                assert time.monotonic() < until, "baridd does not answer: %s" % self.log()
                time.sleep(0.005)

    def status(self):
        with self.desk() as desk:
            return desk.status()

    def log(self):
        with open(os.path.join(self.home, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def stop(self):
        """Ends it cleanly; its exit code."""
        if self.child is None or self.child.poll() is not None:
            return self.child.returncode if self.child else 0
        self.child.terminate()
        try:
            return self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9


def wait_until(what, condition, seconds=10.0, step=0.02):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError("not within %g seconds: %s" % (seconds, what))
        time.sleep(step)
