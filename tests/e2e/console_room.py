"""The console's pages with a keeper that is played here: the front alone, and answers as the verbs of barid-relief print them."""

import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time

from posts import program

MINUTE = 60
HOSTILE = "<script>alert(1)</script>\"'>\u202eevil\x1b[31m\u0301\u0301\u0301\u0301\u0301\u0301\u0301 </td></table>"


def ago(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))


def case(ref, **more):
    """A case of the queue as `barid-relief queue` prints it."""
    found = {"v": 1, "ref": ref, "id": "ab" * 32, "type": "medevac", "created": ago(1300), "received": ago(1260), "state": "new",
             "operator": None, "letters": 2, "unread": 2, "priority": 3, "why": "2 red", "reasons": [{"code": "red", "n": 2}, {"code": "danger"},
                                                                                 {"code": "untouched", "n": 1260}],
             "from": {"kind": "stranger", "key": "00", "fingerprint": "1234-5678"}, "verified": "no", "status": "actual", "understood": True,
             "body": {"red": 2, "yellow": 1, "place": "Sector 4", "hazards": ["sniper"], "text": "قناص على الطريق"}, "revision": 1,
             "verification": "unverified", "claim": None, "loud": True, "loud_why": "untouched", "untouched_s": 1260, "waiting_s": 1260,
             "exercise": False, "place": "Sector 4", "merged_into": None, "merged": [], "taken": None}
    found.update(more)
    return found


def whole(found, precise=False):
    """The same as `barid-relief case` prints it."""
    body = dict(found["body"], place="Sector 4, cellar of the school" if precise else "Sector 4")
    letter = {"id": "ab" * 32, "direction": "in", "type": found["type"], "created": found["created"], "received": found["received"],
              "reduced": False, "verified": "no", "understood": True, "action": "new", "status": "actual", "body": body}
    answer = dict(letter, direction="out", type="letter", created=ago(300), body={"text": "سيارة إسعاف الساعة 14:00"})
    return dict(found, body=body, letters=[letter, answer], patients=[
        {"number": 1, "triage": "red", "by": "medic", "age": "child", "sex": "female", "injuries": "leg", "move": "waiting", "gone": False}],
        notes=[{"at": ago(200), "by": "Rana", "text": "called the school\nnobody answers"}],
        history=[{"at": ago(1260), "by": "", "what": "arrived", "detail": ""},
                 {"at": ago(600), "by": "Rana", "what": "claimed", "detail": "until 13:00"}],
        links=[{"ref": "M-0390", "kind": "merged_here"}],
        suggestions=[{"ref": "M-0425", "why": "same area", "area": "Sector 4", "minutes": 12}],
        partners=[{"org": "White Cross", "word": "released", "until": ago(-600), "at": ago(600), "who": "Samir"}])


class Keeper:
    """Plays the keeper of the console: sessions by name, and answers by what is asked."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="barid-console-")
        held = {"by": "Samir", "org": "Aleppo Medics", "until": ago(-1800), "mine": False, "ran_out": False, "ours": True}
        self.cases = {one["ref"]: one for one in [
            case("M-0016"),
            case("M-0024", state="assigned", loud=False, revision=4, waiting_s=2400, reasons=[{"code": "red", "n": 1}], claim=held,
                 body={"red": 1, "litter": 1, "text": "طفل تحت الأنقاض"}, place="حي السكري"),
            case("M-0059", priority=2, state="assigned", loud=True, waiting_s=5400, place="Sector 7", body={"yellow": 3, "walking": 3},
                 reasons=[{"code": "yellow", "n": 3}, {"code": "ran_out", "n": 720, "who": "Lina"}], claim=dict(held, by="Lina", ran_out=True)),
            case("N-0032", type="need", priority=1, loud=False, body={"item": "water", "people": 40, "place": "حي السكري"},
                 place="حي السكري", reasons=[{"code": "need"}]),
            case("K-0071", type="seek", priority=0, loud=False, state="opened", waiting_s=9000, place="Sector 4", reasons=[{"code": "routine"}],
                 body={"text": "my sister, eight years old"}),
            case("S-0067", type="safe", priority=0, loud=False, waiting_s=300, place="Sector 2", reasons=[{"code": "routine"}],
                 body={"people": 4, "text": "نحن بخير في القبو"}, claim=dict(held, by="", org="White Cross", ours=False))]}
        self.sessions, self.asked, self.loud, self.role = {}, [], True, "admin"
        self.people = self.board = self.sectors = None
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.line, other = socket.socketpair()
        self.child = subprocess.Popen([program("console_front"), str(listener.fileno()), str(other.fileno())],
                                      pass_fds=(listener.fileno(), other.fileno()))
        listener.close()
        other.close()
        threading.Thread(target=self.keep, daemon=True).start()

    def end(self):
        self.line.close()
        self.child.terminate()
        self.child.wait(10)
        shutil.rmtree(self.folder)

    def log(self):
        return "\n".join(" ".join(argv) for argv in self.asked[-20:])

    def bytes(self, n):
        got = b""
        while len(got) < n:
            more = self.line.recv(n - len(got))
            if not more:
                raise EOFError
            got += more
        return got

    def keep(self):
        try:
            while True:
                asked = json.loads(self.bytes(struct.unpack(">I", self.bytes(4))[0]))
                said = json.dumps(dict(self.answer(asked), id=asked["id"])).encode()
                self.line.sendall(struct.pack(">I", len(said)) + said)
        except (EOFError, OSError):
            pass  # the room ends

    def answer(self, asked):
        name = self.sessions.get(asked.get("session"))
        if "state" in asked:
            person = {"person": {"name": name, "role": self.role, "org": "Aleppo Medics"}} if name else {}
            return dict({"code": 0, "vault": True, "wants": True, "open": bool(name), "people": True}, **person)
        if "open" in asked:
            if asked["open"]["passphrase"] != "long enough":
                return {"code": 77, "say": "wrong"}
            session = os.urandom(16).hex()
            self.sessions[session] = asked["open"]["name"]
            return {"code": 0, "session": session}
        if "lock" in asked:
            self.sessions.pop(asked["session"], None)
            return {"code": 0}
        if not name:
            return {"code": 77, "locked": True}
        self.asked.append(asked["argv"])
        return self.run(name, asked["argv"])

    def run(self, name, argv):
        verb, words = argv[0], argv[1:]
        act = getattr(self, "do_" + verb, None)
        if act is None:
            return {"code": 64, "say": "not known", "out": []}
        done = act(name, words)
        return done if isinstance(done, dict) else {"code": 0, "out": done, "say": ""}

    def do_status(self, _name, _words):
        return [{"loud": {"n": 1, "ref": "M-0016", "waiting_s": 1260}} if self.loud else {}]

    @staticmethod
    def seen_by(name, found):
        claim = found["claim"] and dict(found["claim"], mine=found["claim"]["by"] == name)
        return dict(found, claim=claim)

    def do_queue(self, name, words):
        return [self.seen_by(name, one) for one in self.cases.values() if one["exercise"] == ("--exercise" in words)]

    def do_case(self, name, words):
        found = self.cases.get(words[0])
        return [whole(self.seen_by(name, found), "--look-only" not in words)] if found else {"code": 1, "say": "no such case", "out": []}

    def do_claim(self, name, words):
        found = self.cases[words[0]]
        held = found["claim"] and found["claim"]["by"] != name
        if held or words[words.index("--if-revision") + 1] != str(found["revision"]):
            return {"code": 1, "say": "taken", "out": [dict(whole(found), refused="claimed" if held else "changed")]}
        found.update(revision=found["revision"] + 1, loud=False, state="assigned", claim={
            "by": name, "org": "Aleppo Medics", "until": ago(-3600), "mine": True, "ran_out": False, "ours": True})
        return [whole(found)]

    def do_close(self, _name, words):
        self.cases[words[0]].update(state="closed", reason="done", loud=False)
        return [whole(self.cases[words[0]])]

    def do_people(self, _name, _words):
        return self.people or [{"name": "ريما", "father": "عمر", "origin": "حمص", "age": "child", "sex": "female", "news": "believed_alive",
                                "kind": "seek", "place": "Sector 4", "at": ago(600), "source": "saw", "consent": True, "score": 92,
                                "refs": ["K-0016"], "conflict": True,
                                "records": [{"ref": "K-0016", "kind": "seek", "news": "information_sought", "place": "Sector 4", "at": ago(900),
                                             "source": "", "text": "my sister", "consent": True},
                                            {"ref": "N-0024", "kind": "seen", "news": "believed_alive", "place": "Sector 4", "at": ago(600),
                                             "source": "saw", "text": "with our neighbour", "consent": False}]}]

    def do_transport(self, _name, _words):
        return self.board or [
            {"line": "1", "verb": "turned_back", "stop": "Ramouseh bridge", "time": ago(-3600), "seats": 50, "group": "wounded",
             "reason": "shooting", "source": "seen", "text": "", "org": "Aleppo Medics", "role": "organisation", "says": "stop",
             "state": "current", "issued": ago(900),
             "valid_until": ago(-7200), "age_s": 1200, "id": "ab" * 32, "ref": None, "public": True, "trusted": True,
             "confirmed_by": ["White Cross"],
             "counts": {"turned_back": 3, "departed": 1}, "contradicted": True, "contradicted_by": [
                 {"issuer": "Other Org", "says": "go", "role": "organisation", "id": "cd" * 32}], "exercise": False},
            {"line": "2", "verb": "boarding", "stop": "السكري", "org": "White Cross", "role": "organisation", "says": "go",
             "state": "unconfirmed", "issued": ago(900), "valid_until": ago(-7200), "age_s": 900, "id": "ef" * 32,
             "confirmed_by": [], "counts": {}, "contradicted_by": []}]

    def do_board(self, name, words):
        return [dict(one, type="transport", body={}) for one in self.do_transport(name, words)]

    def do_map(self, _name, _words):
        return self.sectors or [
            {"sector": "Sector 4", "open": 5, "red": 2, "yellow": 3, "green": 1, "loud": 1, "claimed": 2, "people": 40, "oldest_s": 1260,
             "danger": True, "services": ["water", "medicine"], "hazards": ["sniper"], "refs": ["M-0016"]},
            {"sector": "حي السكري", "open": 2, "red": 0, "yellow": 1, "green": 0, "loud": 0, "claimed": 0, "people": 12, "oldest_s": 600},
            {"sector": "Sector 7", "open": 1, "red": 0, "yellow": 0, "green": 1, "loud": 0, "claimed": 1, "people": 3, "oldest_s": 60},
            {"sector": "", "open": 1, "red": 0, "yellow": 0, "green": 0, "loud": 0, "claimed": 0, "people": 0, "oldest_s": 60}]

    def do_export(self, _name, _words):
        return {"code": 0, "out": [], "text": "ref,place\r\nM-0016,Sector 4\r\n"}

    def do_publish(self, _name, _words):
        return [{"id": "ab" * 32, "stage": "saved"}]

    def do_audit(self, _name, _words):
        return [{"seq": 1, "at": ago(9000), "who": "keeper", "action": "created", "detail": "Aleppo Medics"},
                {"seq": 2, "at": ago(600), "who": "Rana", "action": "looked", "detail": "M-0016"},
                {"entries": 2, "head": "5f" * 32, "intact": True}]

    def do_account(self, _name, _words):
        return [{"name": "Rana", "role": "admin", "locked": False}, {"name": "Samir", "role": "triager", "locked": True}]

    def do_webhook(self, _name, words):
        if words[0] == "add":
            return [{"number": 2, "url": words[-1], "secret": "s3cret", "state": "fine"}]
        hook = {"number": 1, "url": "https://example.org/hook", "state": "dead", "last_code": 500, "last_at": ago(60)}
        return [hook] if words[0] == "list" else [dict(hook, hook=1, ref="M-0016", last_error="the server answered 500", at=ago(60))]
