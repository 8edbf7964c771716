"""Two organisations keep their cases on one PostgreSQL server, which is killed again and again, all its processes at once, while letters come in and
operators claim, answer and close. Whatever a command said was done is there afterwards, once, and so is its entry in the audit; whatever a sender was
told is received is kept. Called by relief_pg.sh: relief_pg.py POSTGRES_SH CLUSTER [--kills N] [--seed N]."""

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

BIN = os.environ["BARID_BIN"]
EX_TEMPFAIL = 75


class Wrong(Exception):
    """Something was lost."""


def run(program, home, post, *words, codes=(0,)):
    done = subprocess.run([f"{BIN}/{program}", "--home", home, "--post", f"{post}/ctl.sock", "--json", *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)
    said = done.stderr.decode()
    if done.returncode not in codes:
        raise Wrong(f"{words} ends with {done.returncode}: {said}")
    if done.returncode == EX_TEMPFAIL and len(said.strip().splitlines()) > 2:
        raise Wrong(f"{words} says more than a sentence: {said}")
    return done.returncode, [json.loads(line) for line in done.stdout.decode().splitlines() if line]


class Group(threading.Thread):
    """One organisation, its post, and a medic who writes to it."""

    def __init__(self, room, name, url, stop):
        super().__init__()
        self.room, self.name, self.url, self.stop = room, name, url, stop
        self.home, self.medic, self.post = f"{room}/{name}", f"{room}/{name}-medic", f"{room}/{name}-post"
        self.sent, self.claimed, self.replied, self.closed = [], {}, [], []
        self.failed, self.away, self.done = None, 0, 0
        log = open(f"{room}/{name}.log", "wb")
        self.daemon_process = subprocess.Popen([f"{BIN}/baridd", "--home", self.post, "--lan", "off"], stderr=log)
        for _ in range(200):
            if b"ready" in open(f"{room}/{name}.log", "rb").read():
                break
            time.sleep(0.1)
        self.desk("org", "create", "--name", name, "--db", url)
        card = subprocess.run([f"{BIN}/barid-relief", "--home", self.home, "--post", f"{self.post}/ctl.sock", "org", "card"], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        with open(f"{room}/{name}.card", "wb") as file:
            file.write(card)
        run("barid", self.medic, self.post, "init", "--name", "Medic")
        run("barid", self.medic, self.post, "org", "trust", f"{room}/{name}.card")

    def desk(self, *words, codes=(0,)):
        return run("barid-relief", self.home, self.post, *words, codes=codes)

    def act(self, *words):
        """Runs a verb that may be told that the database does not answer; true if it was done."""
        code, lines = self.desk(*words, codes=(0, EX_TEMPFAIL))
        self.away += code == EX_TEMPFAIL
        self.done += code == 0
        return code == 0, lines

    def turn(self, number):
        lines = run("barid", self.medic, self.post, "medevac", "--org", self.name, "--send-now", "--yellow", "1", "--place", f"Sector {number}")[1]
        self.sent.append(lines[0]["id"])
        good, cases = self.act("inbox")
        new = [case["ref"] for case in cases if case["state"] == "new"]
        if not good or not new:
            return
        ref = random.choice(new)
        if self.act("claim", ref, "--by", f"Operator {number}")[0]:
            self.claimed[ref] = f"Operator {number}"
        if self.act("reply", ref, "--text", f"we come, {number}")[0]:
            self.replied.append(ref)
        if number % 3 == 0 and self.act("close", ref, "--reason", "done")[0]:
            self.closed.append(ref)

    def run(self):
        try:
            number = 0
            while not self.stop.is_set():
                number += 1
                self.turn(number)
        except (Wrong, subprocess.SubprocessError, KeyError, ValueError) as wrong:
            self.failed = wrong

    def check(self):
        if self.failed is not None:
            raise Wrong(f"{self.name}: {self.failed}")
        run("barid", self.medic, self.post, "inbox")
        on_its_way = ("saved", "carried", "gateway")
        received = [one for one in self.sent if run("barid", self.medic, self.post, "track", one)[1][0]["stage"] not in on_its_way]
        for _ in range(50):
            cases = self.desk("inbox", "--all")[1]
            if len(cases) == len(self.sent):
                break
            time.sleep(0.2)
        ids = sorted(case["id"] for case in cases)
        if ids != sorted(self.sent):
            raise Wrong(f"{self.name}: {len(cases)} cases of {len(self.sent)} letters")
        if not set(received) <= set(ids):
            raise Wrong(f"{self.name}: a receipt went out for a letter that is not kept")
        by_ref = {case["ref"]: case for case in cases}
        if sorted(int(ref[2:-1]) for ref in by_ref) != list(range(1, len(cases) + 1)):
            raise Wrong(f"{self.name}: the numbers of the cases have gaps: {sorted(by_ref)}")
        audit = self.desk("audit")[1]
        if not audit[-1]["intact"]:
            raise Wrong(f"{self.name}: the audit is not whole")
        for ref, who in self.claimed.items():
            if by_ref[ref]["operator"] != who:
                raise Wrong(f"{self.name}: {ref} is {by_ref[ref]['operator']}'s and not {who}'s")
        for action, refs in (("claimed", self.claimed), ("replied", self.replied), ("closed", self.closed)):
            for ref in refs:
                entries = [one for one in audit if one.get("action") == action and one["detail"].split(" ")[0] == ref]
                if len(entries) != 1:
                    raise Wrong(f"{self.name}: {ref} was {action} {len(entries)} times by the audit")
        for ref in self.closed:
            if by_ref[ref]["state"] != "closed":
                raise Wrong(f"{self.name}: {ref} is open again")


def kill_often(postgres, cluster, kills):
    for _ in range(kills):
        time.sleep(random.uniform(0.2, 1.6))
        subprocess.run([postgres, "kill", cluster], check=True)
        time.sleep(random.choice((0, 0, 0.3, 1.0)))
        subprocess.run([postgres, "again", cluster], check=True)
    time.sleep(1)


def refused_while_away(group, postgres, cluster):
    """A server that stays away: one sentence, in some seconds, and nothing is lost."""
    before = group.desk("status")[1]
    subprocess.run([postgres, "kill", cluster], check=True)
    begin = time.monotonic()
    done = subprocess.run([f"{BIN}/barid-relief", "--home", group.home, "--post", f"{group.post}/ctl.sock", "audit"], stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, text=True)
    took = time.monotonic() - begin
    subprocess.run([postgres, "again", cluster], check=True)
    if done.returncode != EX_TEMPFAIL or len(done.stderr.strip().splitlines()) != 1 or "database" not in done.stderr:
        raise Wrong(f"without a server: {done.returncode}, {done.stderr}")
    if not 3 < took < 40:
        raise Wrong(f"a server that is gone was waited for {took:.1f} s")
    after = group.desk("status")[1]
    if before[0]["audit_head"] != after[0]["audit_head"]:
        raise Wrong("the audit changed while the server was away")
    return took


def race(room, groups, rounds):
    """A request goes to both organisations, and both claim it in the same moment: one has it, the other is told who, every time."""
    medic, post = groups[0].medic, groups[0].post
    run("barid", medic, post, "org", "trust", f"{room}/{groups[1].name}.card")
    won = [0, 0]
    for number in range(rounds):
        place = f"Sector {900 + number}"
        run("barid", medic, post, "medevac", "--org", groups[0].name, "--org", groups[1].name, "--send-now", "--red", "1", "--place", place)
        refs = []
        for group in groups:
            for _ in range(100):
                queue = run("barid-relief", group.home, post, "inbox")[1] and run("barid-relief", group.home, post, "queue")[1]
                found = [case["ref"] for case in queue if case["body"].get("place") == place]
                if found:
                    break
                time.sleep(0.1)
            if not found:
                raise Wrong(f"{group.name} did not get a request that went to both")
            refs.append(found[0])
        racers = []
        for group, ref in zip(groups, refs):
            words = [f"{BIN}/barid-relief", "--home", group.home, "--post", f"{post}/ctl.sock", "--json", "claim", ref, "--by", "Rana"]
            racers.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
        said = [racer.communicate()[0] for racer in racers]
        codes = [racer.returncode for racer in racers]
        if sorted(codes) != [0, 1]:
            raise Wrong(f"two organisations claim one request at once: {codes} {said}")
        lost = json.loads(said[codes.index(1)].splitlines()[-1])
        if lost.get("refused") != "taken":
            raise Wrong(f"who came second is told {lost}")
        won[codes.index(0)] += 1
    print(f"{rounds} requests that both claimed at once: {won[0]} and {won[1]}")


def move_house(group):
    """From the server to a file and on to the server's neighbour; every case and entry comes along, and the former place takes nothing any more."""
    def state():
        cases = group.desk("inbox", "--all")[1]
        return sorted((case["ref"], case["id"], case["state"], case["operator"]) for case in cases), group.desk("audit")[1][-1]["entries"]
    cases, entries = state()
    file = f"{group.home}/relief.db"
    group.desk("db", "copy", "--to", group.url, codes=(64,))
    group.desk("db", "copy", "--to", file, "--use")
    if group.desk("db", "status")[1][0]["kind"] != "sqlite":
        raise Wrong("db copy --use did not move")
    now, more = state()
    if now != cases or more != entries + 1:
        raise Wrong(f"moving house changed something: {entries} entries, then {more}")
    rows = sqlite3.connect(f"file:{file}?mode=ro", uri=True).execute("SELECT count(*) FROM cases").fetchone()[0]
    if rows != len(cases):
        raise Wrong("the file is not the one that is used")
    group.desk("db", "copy", "--to", group.url, "--use", codes=(73,))
    group.desk("db", "copy", "--to", f"{group.url}&dbname=second", "--use")
    if group.desk("db", "status")[1][0]["kind"] != "postgresql" or state() != (cases, entries + 3):
        raise Wrong("moving to the server changed something")
    group.desk("db", "copy", "--to", "postgresql://amal:secret@/x", codes=(64,))


def way_back(group):
    """An older program needs a file of version 2."""
    old = f"{group.home}/old.db"
    group.desk("db", "downgrade", "--to", "2", codes=(78,))
    group.desk("db", "copy", "--to", old, "--use")
    group.desk("db", "downgrade", "--to", "3", codes=(64,))
    group.desk("db", "downgrade", "--to", "2", "--yes")
    if group.desk("db", "status")[1][0]["version"] != 2:
        raise Wrong("db downgrade did not go back")
    if group.desk("db", "upgrade")[1][0] != {"v": 1, "before": 2, "version": 3}:
        raise Wrong("db upgrade did not bring it up")
    if not group.desk("audit")[1][-1]["intact"]:
        raise Wrong("the audit did not survive the way back and up")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("postgres")
    parser.add_argument("cluster")
    parser.add_argument("--kills", type=int, default=7)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}", flush=True)
    room = tempfile.mkdtemp()
    url = open(f"{options.cluster}/url", encoding="ascii").read().strip()
    subprocess.run(["psql", "-qX", url, "-c", "CREATE DATABASE second"], check=True)
    stop = threading.Event()
    groups = []
    try:
        for name in ("Dawn", "Dusk"):
            groups.append(Group(room, name, url, stop))
        for group in groups:
            group.start()
        kill_often(options.postgres, options.cluster, options.kills)
        stop.set()
        for group in groups:
            group.join()
        for group in groups:
            group.check()
            print(f"{group.name}: {len(group.sent)} letters, {group.done} commands done, {group.away} told to come back", flush=True)
        took = refused_while_away(groups[0], options.postgres, options.cluster)
        race(room, groups, 4)
        move_house(groups[1])
        way_back(groups[1])
    except Wrong as wrong:
        print(f"FAILED: {wrong} (seed {options.seed})", file=sys.stderr)
        return 1
    finally:
        stop.set()
        for group in groups:
            if group.is_alive():
                group.join()
            group.daemon_process.terminate()
            group.daemon_process.wait()
        shutil.rmtree(room)
    print(f"the server was killed {options.kills} times; one that stayed away was given up after {took:.1f} s; nothing was lost")
    return 0


sys.exit(main())
