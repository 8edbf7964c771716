#!/usr/bin/python3
"""`barid serve` among hostile phones. See pages_hostile.sh."""

import os
import socket
import subprocess
import sys
import threading
import time
import unicodedata
import urllib.parse

from pages_room import PATHS, Browser, Clinic, exchange, run_cases
from posts import program, wait_until

PIN = "a long secret, 4711 + nothing"
# What text must not become. Each is short enough for any field.
TEXTS = [
    "<script>alert(1)</script><b onmouseover=alert(2)>x",
    "\"'><img src=x onerror=alert(3)></textarea></title>",
    "\u202emoc.live\u202c \u2066a\u2069 \u200fb\ufeff \u061c\u2028\U000e0041",
    "\x1b[31mred\x1b[0m\x07\x08\x9b1m \x7f",
    "a" + "\u0301" * 30 + " \u0645" + "\u064e\u0651" * 20,
    "&lt;i&gt; &#60; %s %n {1} {2} ${x} \\u003cb",
    "javascript:alert(4)//\r\nSet-Cookie: a=b",
]
STACK_MAX = 4
MARKS = "\u200e\u200f\u061c"  # keyboards have them: they may stand in a field where they were typed
NOT_FILLED = {"/wipe", "/settings", "/start", "/unlock"}
TYPED = "\u200c\u200d" + MARKS
FORBIDDEN_TAGS = {"script", "iframe", "object", "embed", "video", "base", "i"}


def asks_secret(page):
    return any(field["name"] == "pin" for form in page.forms for _, field in form["fields"])


def people(room, name, source):
    """Somebody at the pages with the vault open. What was filled in before may count as wrong tries: then he waits, as he is told to."""
    visitor = Browser(room.port, source=source)

    def opened():
        if asks_secret(visitor.get("/inbox").page):
            visitor.submit({"pin": PIN}, form="/unlock")
        return not asks_secret(visitor.get("/inbox").page)
    wait_until("%s's letters are open" % name, opened, 40, 1)
    assert visitor.last.status == 200, name
    return visitor


def faults_of(answer):
    """Why a page is not inert."""
    faults, stacked = [], 0
    for tag, attributes in answer.page.tags:
        if tag in FORBIDDEN_TAGS or (tag == "img" and not (attributes.get("src") or "").startswith("data:image/")):
            faults.append("<%s>" % tag)
        faults += ["%s on %s" % (name, tag) for name in attributes if name.startswith("on")]
        leads = [attributes[name] for name in ("href", "action", "src") if name in attributes]
        faults += ["%s of %s" % (where[:30], tag) for where in leads if not where.startswith(("/", "?", "#", "data:", "http://127.0.0.1", "barid:"))]
    for character in answer.text:
        kind = unicodedata.category(character)
        stacked = stacked + 1 if kind in ("Mn", "Me") else 0
        if stacked > STACK_MAX:
            faults.append("stacked marks")
            break
        if (kind in ("Cc", "Cf", "Zl", "Zp") and character not in "\n" + TYPED):
            faults.append("U+%04X" % ord(character))
    faults += ["U+%04X is shown" % ord(mark) for mark in MARKS if mark in answer.page.text]
    return sorted(set(faults))


def sent(room):
    return len(room.barid("person", "--passphrase-fd", "0", "track", text=PIN + "\n"))


def forged_forms(room):
    """No form counts but one of ours, from a page of ours, by who was shown it, once."""
    owner, other = people(room, "owner", "127.0.0.2"), people(room, "other", "127.0.0.3")
    before = sent(room)
    owner.get("/write")
    action, fields = owner.filled({"text": "forged", "org": ["Medics"]})
    without = [field for field in fields if field[0] != "token"]
    token = dict(fields)["token"]
    for who, what, extra in (
            (owner, without, None), (owner, without + [("token", "")], None), (owner, without + [("token", "0" * 32)], None),
            (owner, without + [("token", token[:-1] + ("0" if token[-1] != "0" else "1"))], None),
            (owner, without + [("token", token.upper() + " ")], None),
            (owner, without + [("token", token + "0")], None), (other, fields, None),
            (owner, fields, ["Origin: http://evil.example"]), (owner, fields, ["Origin: null"]), (owner, fields, ["Origin: https://" + owner.host]),
            (owner, fields, ["Origin: http://127.0.0.1:1"]), (owner, fields, ["Origin: http://" + owner.host + ".evil.example"]),
            (owner, fields, ["Origin: http://" + owner.host, "Origin: http://evil.example"]),
            (owner, fields, ["Referer: http://evil.example/?http://" + owner.host]), (owner, fields, ["Origin:"])):
        status = who.post(action, what, extra).status
        assert status in (400, 403), "%s %s: %d" % (what[-1], extra, status)
    assert sent(room) == before, "a forged form was sent"
    owner.get("/write")
    action, fields = owner.filled({"text": "one of many", "org": ["Medics"]})
    replies = []
    taps = [threading.Thread(target=lambda: replies.append(exchange(room.port, owner.post_bytes(action, fields), "127.0.0.2"))) for _ in range(6)]
    for tap in taps:
        tap.start()
    for tap in taps:
        tap.join()
    assert sent(room) == before + 1, "six taps at once sent %d letters" % (sent(room) - before)
    led = {reply.header("location").partition("?")[0] for reply in replies if reply.status == 303}
    assert len(led) <= 1 or all(place.startswith(("/m/", "/write")) for place in led), led
    late = owner.post(action, fields)
    assert late.status == 303 and late.header("location").startswith("/m/"), "who taps again is not led to the letter: %d" % late.status


def ask_all(room, requests):
    """The answers to requests, by their names, from a phone each and all at once: some are only answered by being let go."""
    answers = {}

    def ask(name, source):
        answers[name] = exchange(room.port, requests[name].encode("latin-1"), source, 20)
    asking = [threading.Thread(target=ask, args=(name, "127.0.0.%d" % (130 + number))) for number, name in enumerate(requests)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    return [(name, answers[name]) for name in requests]


def hosts_and_paths(room):
    """Names that are not ours, addresses that want out of the tree, methods that nobody needs: refused, and nobody is worse off."""
    host = "127.0.0.1:%d" % room.port
    for name in ("evil.example", "127.0.0.1.evil.example", "127.0.0.1:1", "127.0.0.1:%d@evil.example" % room.port, "evil.example:%d" % room.port,
                 "0.0.0.0:%d" % room.port, "[::1]:%d" % room.port, "localhost.evil.example", "barid.lan.", "", " ", "127.0.0.1:99999", "a" * 2000):
        answer = exchange(room.port, ("GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % name).encode())
        assert answer.status in (400, 421), "Host %r: %d" % (name, answer.status)
        assert name == "" or name == " " or name not in answer.text, "it repeats %r" % name
    two = exchange(room.port, ("GET /inbox HTTP/1.1\r\nHost: %s\r\nHost: evil.example\r\n\r\n" % host).encode())
    assert two.status in (200, 400, 421)
    paths = ["/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2fvault", "//evil.example/", "/m/../inbox", "/m/..%2f..%2fvault", "/m/%00", "/m/",
             "/m/zz", "/m/" + "f" * 5000, "/safe%00", "/safe/", "/SAFE", "/./safe", "/%73afe/../wipe", "/\\..\\vault", "/?lang=%00", "*", "/inbox;x"]
    for path, answer in ask_all(room, {path: "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (path, host) for path in paths}):
        assert answer.status in (0, 200, 303, 400, 404, 414, 421) and b"root:" not in answer.body, "%s: %d" % (path, answer.status)
        assert not answer.body or not faults_of(answer), path
    methods = ("PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "G" * 3000, "GET\x00")
    for method, answer in ask_all(room, {method: "%s / HTTP/1.1\r\nHost: %s\r\n\r\n" % (method, host) for method in methods}):
        assert answer.status in (0, 400, 405, 414, 421, 501), "%s: %d" % (method[:10], answer.status)
    assert Browser(room.port).get("/status").status == 200


def strange_bodies(room):
    """Bodies that are too long, lie about their length, are not of the form, or hide a second request."""
    host = "127.0.0.1:%d" % room.port
    head = "POST /safe HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n" % (host, host)
    kind = "Content-Type: application/x-www-form-urlencoded\r\n"
    inside = "GET /wipe HTTP/1.1\r\nHost: %s\r\n\r\n" % host
    bodies = {
        "17 kB": head + kind + "Content-Length: 17000\r\n\r\n" + "a=" + "b" * 16998,
        "a length of 64 bits": head + kind + "Content-Length: 18446744073709551616\r\n\r\na",
        "a negative length": head + kind + "Content-Length: -1\r\n\r\na=b",
        "two lengths": head + kind + "Content-Length: 3\r\nContent-Length: 30\r\n\r\na=b" + inside,
        "both lengths": head + kind + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inside,
        "endless chunks": head + kind + "Transfer-Encoding: chunked\r\n\r\n" + "1000\r\n" + "a" * 4096 + "\r\n" + "1000\r\n" + "a" * 4096 + "\r\n" +
                          "3000\r\n" + "b" * 0x3000 + "\r\n0\r\n\r\n",
        "many parts": head + "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 6\r\n\r\n--x--\r",
        "NUL": head + kind + "Content-Length: 8\r\n\r\ntext=%00",
        "no UTF-8": head + kind + "Content-Length: 8\r\n\r\ntext=%FF",
        "half a percent": head + kind + "Content-Length: 6\r\n\r\ntext=%",
        "a thousand fields": head + kind + "Content-Length: 3999\r\n\r\n" + "a=b&" * 999 + "a=b",
        "a strange name": head + kind + "Content-Length: 12\r\n\r\n<script>=abc",
        "a folded header": head + "X: a\r\n b\r\n" + kind + "Content-Length: 0\r\n\r\n",
        "no end of a header": head + "X: " + "a" * 20000,
        "ten thousand headers": head + "".join("X-%d: y\r\n" % i for i in range(10000)) + "\r\n",
        "a way through": "CONNECT evil.example:80 HTTP/1.1\r\nHost: %s\r\n\r\n" % host,
        "bare line feeds": "GET / HTTP/1.1\nHost: evil.example\n\n",
        "noise": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x00" * 300}
    for name, answer in ask_all(room, bodies):
        assert answer.status in (0, 400, 403, 405, 411, 413, 415, 421, 501), "%s: %d" % (name, answer.status)
        assert answer.body.count(b"HTTP/1.") == 0, "%s: a second answer" % name
        assert not answer.body or not faults_of(answer), name
    assert sent(room) >= 0 and Browser(room.port).get("/status").status == 200


def half_asked(room, lines, source, count):
    """Connections of one phone that are idle, slow or half asked."""
    starts = [b"", b"GET", b"POST /safe HTTP/1.1\r\nHost: x\r\nContent-Length: 16000\r\n\r\na=", b"GET / HTTP/1.1\r\nHost: "]
    for number in range(count):
        try:
            line = socket.create_connection(("127.0.0.1", room.port), timeout=5, source_address=(source, 0))
            lines.append(line)
            line.sendall(starts[number % 4])
        except OSError:
            pass  # it was ended already, to make room


def is_socket(path):
    try:
        return os.readlink(path).startswith("socket:")
    except FileNotFoundError:
        return False  # closed in between


def sockets_of(pid):
    return sum(is_socket("/proc/%d/fd/%s" % (pid, fd)) for fd in os.listdir("/proc/%d/fd" % pid))


def served(room, source, text):
    """Somebody else looks around and writes a letter."""
    begun = time.monotonic()
    other = people(room, "other", source)
    for path in ("/", "/status", "/inbox", "/write"):
        assert other.get(path).status == 200, path
    other.submit({"text": text, "org": ["Medics"]})
    took = time.monotonic() - begun
    assert other.path.startswith("/m/") and took < 15, "%s after %.1f seconds" % (other.path, took)


def slow_and_many(room):
    """One phone holds a hundred connections, then twelve phones hold ten each, idle, slow or half asked: others are served, and the front holds no
    more of them than it should, nor does it grow."""
    before, lines = resident_kib(room.front), []
    try:
        half_asked(room, lines, "127.0.0.66", 100)
        served(room, "127.0.0.2", "in spite of one")
        assert sockets_of(room.front) < 30, "one phone holds %d connections" % sockets_of(room.front)
        for phone in range(12):
            half_asked(room, lines, "127.0.0.%d" % (100 + phone), 10)
        served(room, "127.0.0.2", "in spite of twelve")
        assert sockets_of(room.front) < 110, "all hold %d connections" % sockets_of(room.front)
        for line in lines:
            try:
                line.send(b"a")
            except OSError:
                pass
        served(room, "127.0.0.3", "in spite of them")
    finally:
        for line in lines:
            line.close()
    assert resident_kib(room.front) < before + 8192, "the front grew from %d to %d kB" % (before, resident_kib(room.front))


def crowd(room, lines, stopped):
    """Phones that take every place there is, without a word, again and again."""
    while not stopped.is_set():
        for phone in range(16):
            half_asked(room, lines, "127.0.0.%d" % (140 + phone), 3)
        while len(lines) > 400:
            lines.pop(0).close()


def places_run_out(room):
    """Somebody who comes while others hold and refill every place is served soon, each time."""
    lines, stopped, took = [], threading.Event(), []
    foes = [threading.Thread(target=crowd, args=(room, lines, stopped)) for _ in range(3)]
    for foe in foes:
        foe.start()
    try:
        wait_until("every place is taken", lambda: sockets_of(room.front) > 70, 20)
        for _ in range(8):
            begun = time.monotonic()
            assert exchange(room.port, b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n", "127.0.0.4").status == 200
            took.append(time.monotonic() - begun)
    finally:
        stopped.set()
        for foe in foes:
            foe.join()
        for line in lines:
            line.close()
    print("      waited %s s" % " ".join("%.2f" % seconds for seconds in took))
    assert max(took) < 5, "somebody waited %.1f s for a place" % max(took)


def resident_kib(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def visitors_without_end(room):
    """Hundreds of browsers that come once do not make room by throwing out who is at work; memory stays as it was."""
    owner = people(room, "owner", "127.0.0.2")
    before = resident_kib(room.front)
    for number in range(300):
        answer = exchange(room.port, ("GET /safe HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % room.port).encode(), "127.0.0.%d" % (70 + number % 5))
        assert answer.status in (200, 503), answer.status
        if number % 50 == 0:
            owner.get("/status")
    owner.get("/inbox")
    assert not any(field.get("name") == "pin" for form in owner.last.page.forms for _, field in form["fields"]), "the owner was thrown out"
    assert resident_kib(room.front) < before + 8192


def hostile_fields(room):
    """Every field of every form with every text: refused with a sentence or sent, and shown as nothing but text."""
    owner = people(room, "owner", "127.0.0.2")
    faults = []
    for path in sorted(set(PATHS) - NOT_FILLED):
        if owner.get(path).status != 200:
            continue
        for number, text in enumerate(TEXTS):
            owner.get(path + "?lang=" + ("ar", "en")[number % 2])
            faults += fill_all(owner, path, text)
    owner.get("/?lang=en")
    for path in PATHS:
        if owner.get(path).status == 200:
            faults += ["%s: %s" % (path, fault) for fault in faults_of(owner.last)]
    assert not faults, "; ".join(sorted(set(faults))[:12])


def what_is_typed_ends_nobody(room):
    """Secrets of two lines and words beyond all bounds: refused, and whoever was in is in afterwards."""
    owner, stranger = people(room, "owner", "127.0.0.2"), Browser(room.port, source="127.0.0.31")
    assert asks_secret(stranger.get("/inbox").page)
    stranger.submit({"pin": "one\r\ntwo"}, form="/unlock")
    assert asks_secret(stranger.last.page), stranger.last.status
    for path in ("/safe", "/need"):
        owner.get(path)
        answers = {"org": ["Medics"], "text": "a" * 7000, "sector": "water"}
        assert owner.submit(answers, form=path).status in (200, 400, 413), (path, owner.last.status)
    owner.get("/need")
    owner.post("/need", owner.filled({"org": ["Medics"]}, form="/need")[1] + [("org", "Medics")] * 40)
    assert not asks_secret(owner.get("/inbox").page), "the keeper took it for a front that somebody took over"


def fill_all(owner, path, text, steps=4):
    """Fills everything on a page that takes text, and what follows it."""
    faults = []
    for _ in range(steps):
        forms = [form for form in owner.last.page.forms if form["method"] == "post" and form["action"] not in NOT_FILLED]
        if not forms:
            break
        answers = {"org": ["Medics"], "red": "1", "walk": "none", "sector": forms[0]["action"] == "/need" and "water" or "4"}
        for tag, field in forms[0]["fields"]:
            if tag == "textarea" or (tag == "input" and field.get("type", "text") == "text" and field["name"] not in answers):
                answers[field["name"]] = text
        owner.submit(answers, form=forms[0]["action"])
        faults += ["%s with %r: %s" % (path, text[:20], fault) for fault in faults_of(owner.last)]
        if owner.last.status not in (200, 303, 400, 413):
            faults.append("%s with %r: %d" % (path, text[:20], owner.last.status))
        if owner.path.startswith("/m/"):
            break
    return faults


def hostile_letters(room):
    """What others wrote, in every field of every type, and in their names; what an organisation published."""
    options = {"safe": "place going-to text name father origin", "seek": "name father origin place text", "seen": "place text name father origin",
               "medevac": "place marking callback text", "patient": "mechanism injuries signs treatment place going-to text",
               "incident": "place access text", "need": "item unit place text", "facility": "name place text", "send": "text",
               "alert": "event area headline instruction text", "headcount": "place text"}
    texts = [text.replace("\r\n", "\n") for text in TEXTS]
    owner_card = room.barid("person", "--passphrase-fd", "0", "id", text=PIN + "\n")[0]["card"]
    for number, text in enumerate(texts):
        name = "mallory%d" % number
        room.barid(name, "init", "--name", text.encode()[:60].decode(errors="ignore"))
        room.barid(name, "contact", "add", "owner", "-", text=owner_card)
        for kind in list(options)[number % 2::2] + ["send"]:
            words = [word for option in options[kind].split() for word in ("--" + option, text)]
            room.barid(name, kind, "--to", "owner", "--send-now", "--no-ticket", *words)
    room.relief("publish", "alert", "--headline", texts[0], "--area", texts[1], "--event", texts[2], "--instruction", texts[3], "--text", texts[4])
    room.relief("publish", "transport", "--line", texts[1], "--verb", "planned", "--stop", texts[3], "--reason", texts[0], "--text", texts[4])
    room.relief("inbox")
    owner, faults, shown = people(room, "owner", "127.0.0.2"), [], False

    def all_here():
        return len(room.barid("person", "--passphrase-fd", "0", "inbox", text=PIN + "\n")) >= 6 * len(texts)
    wait_until("the letters are here", all_here, 20, 0.3)
    letters = [letter["id"] for letter in room.barid("person", "--passphrase-fd", "0", "inbox", text=PIN + "\n")]
    for path in ["/inbox", "/", "/contacts", "/bus", "/alerts"] + ["/m/" + letter for letter in letters]:
        answer = owner.get(path)
        if answer.status != 404 or path.startswith("/m/"):
            assert answer.status == 200, "%s: %d" % (path[:20], answer.status)
            faults += ["%s: %s" % (path[:12], fault) for fault in faults_of(answer)]
            shown = shown or "&lt;script&gt;alert(1)" in answer.text
    assert shown, "what was written is not shown at all; the last page of %d letters: %s" % (len(letters), answer.page.text[:600])
    assert not faults, "; ".join(sorted(set(faults))[:12])


def memory_of(pid):
    """Everything a process can write to, piece by piece."""
    with open("/proc/%d/maps" % pid, encoding="ascii") as maps, open("/proc/%d/mem" % pid, "rb", 0) as memory:
        for line in maps:
            span, mode = line.split()[:2]
            if "w" not in mode and "r" in mode and ".so" in line or "[v" in line:
                continue
            begin, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(begin)
                yield memory.read(end - begin)
            except (OSError, OverflowError, ValueError):
                continue


def found_in(pid, needles):
    pieces = list(memory_of(pid))
    return [name for name, needle in needles.items() if any(needle in piece for piece in pieces)]


def the_front_holds_no_secret(room):
    """It takes the secret number on its way and keeps nothing of it; no key, no file of the vault, no way to open one."""
    owner = Browser(room.port, source="127.0.0.4")
    owner.get("/inbox")
    owner.submit({"pin": PIN}, form="/unlock", follow=False)
    typed = {"the secret number": PIN.encode(), "the secret number as it was sent": urllib.parse.quote_plus(PIN).encode()}
    assert owner.last.status == 303, "unlocking: %d %s" % (owner.last.status, owner.last.page.text[:300])
    assert not found_in(room.front, typed), "in the front: %s" % found_in(room.front, typed)
    owner.get("/inbox")
    keys = subprocess.run([program("vault_keys"), room.home], input=PIN + "\n", capture_output=True, text=True, check=True).stdout.split()
    needles = dict(zip(("what opens the vault", "the identity's key", "a chain of day keys", "the other chain"), map(bytes.fromhex, keys)))
    needles.update(typed)
    assert found_in(room.keeper, needles) == ["what opens the vault"], "in the keeper: %s" % found_in(room.keeper, needles)
    assert not found_in(room.front, needles), "in the front: %s" % found_in(room.front, needles)
    links = [os.readlink("/proc/%d/fd/%s" % (room.front, fd)) for fd in os.listdir("/proc/%d/fd" % room.front)]
    assert not any(room.home in link or "vault" in link for link in links), links
    assert sum(link.startswith("socket:") for link in links) <= 4, links
    with open("/proc/%d/maps" % room.front, encoding="ascii") as maps:
        assert room.folder not in maps.read(), "a file of the room is mapped"
    with open("/proc/%d/status" % room.front, encoding="ascii") as file:
        status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
    assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1", status["Seccomp"]


def nothing_typed_is_logged(room):
    log = room.log()
    for text in [PIN, "forged", "in spite of them", "Set-Cookie: a=b", *TEXTS]:
        assert text not in log, "the log holds %r" % text
    assert room.children[0].poll() is None, "serve has ended"
    assert room.processes(room.children[0]) == (room.front, room.keeper) or not log.count("ended by signal"), log[-300:]


CASES = [forged_forms, hosts_and_paths, strange_bodies, slow_and_many, places_run_out, visitors_without_end, hostile_fields,
         what_is_typed_ends_nobody, hostile_letters, the_front_holds_no_secret, nothing_typed_is_logged]


def main():
    room = Clinic()
    try:
        Browser(room.port, source="127.0.0.2").begin("Amal", PIN)
        room.barid("person", "--passphrase-fd", "0", "contact", "list", text=PIN + "\n")
        owner = people(room, "owner", "127.0.0.2")
        owner.get("/write")
        owner.submit({"text": "the first", "card": room.card})
        assert owner.path.startswith("/m/"), owner.last.page.text[:300]
        return 1 if run_cases(CASES, room) else 0
    finally:
        room.end()


if __name__ == "__main__":
    sys.exit(main())
