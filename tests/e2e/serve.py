#!/usr/bin/env python3
"""The pages of `barid serve` as a browser without scripts meets them; started by serve.sh, which gives port, folder and programs."""

import json
import re
import socket
import subprocess
import sys
import threading
import time

from browser import Browser

PORT, ROOM, BIN = int(sys.argv[1]), sys.argv[2], sys.argv[3]
LANGS = {"ar": "rtl", "kmr": "ltr", "ckb": "rtl", "tr": "ltr", "en": "ltr"}
PATHS = ["/", "/start", "/unlock", "/medevac", "/safe", "/seek", "/need", "/bus", "/alerts", "/write", "/inbox", "/contacts", "/contacts/qr",
         "/status", "/settings", "/help", "/wipe", "/secret",
         "/report", "/report/incident", "/report/facility", "/report/headcount"]
PAGE_MAX = 14 * 1024
PIN = "long enough"


def check(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")


def barid(*words, text=None):
    run = subprocess.run([f"{BIN}/barid", "--home", f"{ROOM}/a", "--post", f"{ROOM}/a/ctl.sock", "--json", "--passphrase-fd", "0", *words],
                         input=text if text is not None else PIN + "\n", capture_output=True, text=True, check=False)
    return [json.loads(line) for line in run.stdout.splitlines()]


def relief(*words):
    run = subprocess.run([f"{BIN}/barid-relief", "--home", f"{ROOM}/relief", "--post", f"{ROOM}/a/ctl.sock", "--json", *words],
                         capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return [json.loads(line) for line in run.stdout.splitlines()]


def every_page(browser, when):
    for lang, direction in LANGS.items():
        for path in PATHS:
            browser.get(f"{path}?lang={lang}")
            check(browser.status == 200, f"{path} in {lang} {when} answers {browser.status}")
            check(f'<html lang="{lang}" dir="{direction}">' in browser.text, f"{path} {when} is not in {lang}")
            check(len(browser.text.encode()) <= PAGE_MAX, f"{path} in {lang} has {len(browser.text.encode())} bytes")
            links = re.findall(r'(?:href|src|action)="([^"]*)"', browser.text)
            inside = all(re.match(r"[/?#]|data:", link) for link in links)
            check("<script" not in browser.text and inside, f"{path} asks for something from elsewhere")
            check("default-src 'none'" in browser.headers["content-security-policy"], f"{path} has no policy")
            check(browser.headers["cache-control"] == "no-store", f"{path} may be kept")
    browser.jar.pop("baridlang")


def languages():
    for accept, lang in {"tr-TR,en;q=0.5": "tr", "ckb": "ckb", "de, en;q=0.1": "en", "xx": "ar", "ku": "kmr"}.items():
        check(f'<html lang="{lang}"' in Browser(PORT, accept).get("/status").text, f"Accept-Language {accept}")
    remembered = Browser(PORT, "en").get("/status?lang=ckb").get("/settings")
    check('<html lang="ckb"' in remembered.text, "the language is not remembered")


def tap(browser, form):
    """A finger that taps thrice while the first is still on its way: what each was answered."""
    taps = [Browser(PORT) for _ in range(3)]
    for one in taps:
        one.jar = dict(browser.jar)
    threads = [threading.Thread(target=one.ask, args=("POST", *form)) for one in taps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taps


def first_use(browser):
    browser.get("/safe")
    check("What should others call you?" in browser.text, "a newcomer is not asked for a name")
    for fields, sentence in [({"name": " "}, "Write a name"), ({"name": "Amal", "pin": "123", "pin_again": "123"}, "too short"),
                             ({"name": "Amal", "pin": PIN, "pin_again": "another"}, "not the same")]:
        check(sentence in browser.send(fields).text, f"first use with {fields}")
    check(browser.forms()[0][1][2] == ("name", "Amal"), "the name was forgotten")
    check(PIN not in browser.text, "the secret number is shown again")
    # Making the keys takes a moment: time enough for a finger to tap again.
    taps = tap(browser, browser.filled({"name": "Amal", "pin": PIN, "pin_again": PIN}))
    check(all(one.status == 303 and one.location.startswith("/safe") for one in taps), f"taps lead to {[one.location for one in taps]}")
    browser.jar = taps[-1].jar
    check(not any("again=" in one.location for one in taps), f"a letter is called sent where there is none: {[one.location for one in taps]}")
    check("Amal" not in browser.get("/safe").text and "I am well" in browser.text, f"first use leads to {browser.path}")


def first_letter(browser):
    text = "<b>سلام</b> \u202eevil \x1b[31m " + "a" + "\u0301" * 50
    browser.send({"people": "٤", "text": text, "place": "Sector 4"})
    check("Choose who gets it" in browser.text, "a letter to nobody is not explained")
    check("<b>سلام" not in browser.text and "\u202e" not in browser.text and "\x1b" not in browser.text, "hostile text is not inert")
    check("\u0301" * 5 not in browser.text, "marks stack without end")
    browser.get("/")
    check("is not sent yet" in browser.words(), "a letter that waits is not shown on the first page")
    browser.get("/safe")
    check("&lt;b&gt;سلام" in browser.text and 'value="Sector 4"' in browser.text, "the letter that waited is lost")
    browser.send({"card": "BARID:CARD:NONSENSE"})
    check("not a card" in browser.text and "&lt;b&gt;سلام" in browser.text, "a bad card")
    card = open(f"{ROOM}/medics.card", encoding="ascii").read()
    again = browser.filled({"card": card})
    browser.send({"card": card})
    check(browser.path.startswith("/m/") and "Saved on this device" in browser.words(), f"the letter led to {browser.path}")
    letter = browser.path.split("?")[0]
    cases = relief("inbox")
    check(len(cases) == 1 and cases[0]["body"]["people"] == 4 and "سلام" in cases[0]["body"]["text"], f"the relief desk has {cases}")
    browser.ask("POST", *again)
    check(browser.status == 303 and browser.location.startswith(letter) and "again=1" in browser.location, "the same form sent again")
    check("Already sent" in browser.follow().words(), "sent twice is not said")
    check(len(relief("inbox")) == 1, "the letter was sent twice")
    relief("show", cases[0]["ref"])
    check("Opened and read" in browser.get(letter).words() and browser.text.count('class="done"') == 3, "the ladder does not move")
    check("is not sent yet" not in browser.get("/").words(), "the draft stays")
    return letter


def two_taps(browser):
    browser.get("/write")
    taps = tap(browser, browser.filled({"text": "twice"}, [("org", "Medics")]))
    check({one.status for one in taps} == {303}, f"taps were answered {[one.status for one in taps]}")
    check(len({one.location.split("?")[0] for one in taps}) == 1, f"taps led to {[one.location for one in taps]}")
    check(sum(case["body"].get("text") == "twice" for case in relief("inbox")) == 1, "three taps are not one letter")


def forged(browser):
    browser.get("/write")
    path, body = browser.filled({"text": "forged"}, [("org", "Medics")])
    token = re.search("token=([0-9a-f]{32})", body)[1]
    other = Browser(PORT)
    other.get("/unlock")
    for what, who, data, headers in [
            ("no token", browser, body.replace(token, ""), {}), ("a made-up token", browser, body.replace(token, "0" * 32), {}),
            ("another's token", other, body, {}), ("another origin", browser, body, {"Origin": "http://evil.example"}),
            ("a null origin", browser, body, {"Origin": "null"}), ("another referer", browser, body, {"Referer": "http://evil.example/"}),
            ("another site", browser, body, {"Sec-Fetch-Site": "cross-site"})]:
        who.ask("POST", path, data, headers)
        check(who.status == 403, f"a form with {what} is answered {who.status}")
    check("forged" in browser.ask("POST", path, body.replace(token, "0" * 32)).text, "what was written in an old form is lost")
    old = browser.ask("POST", path, body.replace(token, "0" * 32), {"Origin": None})
    check(old.status == 403 and "forged" not in old.text, "a form of nobody knows where is shown again")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    got = raw((f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nCookie: {cookie}\r\n"
               f"Origin: http://127.0.0.1:{PORT}\r\nOrigin: http://evil.example\r\n"
               f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
    check(got == 403, f"a form with two origins is answered {got}")
    check(not any(case["body"].get("text") == "forged" for case in relief("inbox")), "a forged form was sent")
    check(browser.ask("POST", path, body, {"Origin": None}).status == 303, "an old browser that names no origin is refused")


def raw(data):
    with socket.create_connection(("127.0.0.1", PORT), timeout=10) as line:
        line.sendall(data)
        answer = b""
        while part := line.recv(65536):
            answer += part
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/") else 0


def strange_requests():
    host = b"Host: 127.0.0.1:%d\r\n" % PORT
    kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
    for wanted, data in [
            (421, b"GET / HTTP/1.1\r\n" + host + b"Host: evil.example\r\n\r\n"),
            (421, b"GET / HTTP/1.1\r\n\r\n"), (421, b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
            (421, b"GET http://evil.example/ HTTP/1.1\r\n" + host + b"\r\n"), (200, b"GET /status HTTP/1.1\r\nHost: barid.lan\r\n\r\n"),
            (200, b"GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n"), (404, b"GET /../../etc/passwd HTTP/1.1\r\n" + host + b"\r\n"),
            (404, b"GET /%2e%2e/vault HTTP/1.1\r\n" + host + b"\r\n"), (405, b"PUT / HTTP/1.1\r\n" + host + b"Content-Length: 0\r\n\r\n"),
            (405, b"DELETE /safe HTTP/1.1\r\n" + host + b"\r\n"), (405, b"POST /status HTTP/1.1\r\n" + host + b"Content-Length: 0\r\n\r\n"),
            (400, b"GET /status?%zz HTTP/1.1\r\n" + host + b"\r\n"), (400, b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 9000 + b"\r\n\r\n"),
            (415, b"POST /safe HTTP/1.1\r\n" + host + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1\r\n\r\na"),
            (400, b"POST /safe HTTP/1.1\r\n" + host + kind + b"Content-Length: 5\r\n\r\na=%FF"),
            (413, b"POST /safe HTTP/1.1\r\n" + host + kind + b"Content-Length: 20000\r\n\r\n" + b"a" * 20000),
            (413, b"POST /safe HTTP/1.1\r\n" + host + kind + b"Content-Length: 99999999999\r\n\r\n")]:
        got = raw(data)
        check(got == wanted, f"{data[:60]} is answered {got} instead of {wanted}")


def answer_of(data):
    with socket.create_connection(("127.0.0.1", PORT), timeout=10) as line:
        line.sendall(data)
        answer = b""
        try:
            while part := line.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode(), body.decode()


def heads_and_faults():
    """HEAD tells what GET would, without the page; what is no request is answered by a page of ours, with nothing of it inside."""
    host = b"Host: 127.0.0.1:%d\r\n" % PORT
    for path in PATHS + ["/nowhere"]:
        head, body = answer_of(b"HEAD %s HTTP/1.1\r\n" % path.encode() + host + b"\r\n")
        full, page = answer_of(b"GET %s HTTP/1.1\r\n" % path.encode() + host + b"\r\n")
        check(body == "" and head.split()[1] == full.split()[1], f"HEAD {path}: {head} {body[:80]}")
        check(int(re.search("(?i)content-length: *([0-9]+)", head)[1]) > 1000 and len(page) > 500, f"HEAD {path} tells no length: {head}")
    sizes = {b"20000": 413, b"70000": 413, b"99999999999": 413}
    for size, status in sizes.items():
        head, body = answer_of(b"POST /safe HTTP/1.1\r\n" + host + b"Origin: http://127.0.0.1:%d\r\nAccept-Language: tr\r\n" % PORT +
                               b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + size + b"\r\n\r\n" +
                               b"a" * min(int(size), 70000))
        check(f" {status} " in head and "Metin çok uzun" in body, f"a body of {size}: {head}")
        check(("النص طويل" in body) == (size != b"20000"), f"a body of {size} is not answered in the reader's language: {body[:200]}")
    for data, status in [(b"FOO /secret-word HTTP/1.1\r\n" + host + b"\r\n", 501), (b"nonsense secret-word\r\n\r\n", 400),
                         (b"GET /secret-word HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 400),
                         (b"GET / HTTP/9.9 secret-word\r\n\r\n", 400), (b"secret-word: x\r\n\r\n", 400)]:
        head, body = answer_of(data)
        check(f" {status} " in head and "default-src 'none'" in head, f"{data[:40]}: {head}")
        check('lang="ckb" dir="rtl"' in body and "This could not be done" in body and "secret-word" not in head + body, f"{data[:40]}: {body}")


def slow_clients():
    waiting = [socket.create_connection(("127.0.0.1", PORT), timeout=10) for _ in range(150)]
    for line in waiting:
        line.sendall(b"POST /safe HTTP/1.1\r\nHost: ")
    begin = time.monotonic()
    check(Browser(PORT).get("/status").status == 200, "somebody is kept out by connections that wait")
    check(time.monotonic() - begin < 5, "connections that wait slow others down")
    for line in waiting:
        line.close()


def the_lock(browser, letter):
    stranger = Browser(PORT)
    for path in ["/", "/inbox", letter, "/safe", "/wipe"]:
        stranger.get(path)
        check("Open your letters" in stranger.text and "Medics" not in stranger.text, f"{path} is open to strangers")
    second = Browser(PORT)
    second.get(letter)
    check("not the secret number" in second.send({"pin": "wrong"}).text, "a wrong secret number")
    before = dict(second.jar)
    second.send({"pin": PIN})
    check(second.path == letter and "Medics" in second.text, "unlocking does not lead on")
    check(before != second.jar, "the cookie stays the same after unlocking")
    stale = Browser(PORT)
    stale.jar = before
    check("Open your letters" in stale.get("/inbox").text, "the cookie of before is worth something")
    check(len(barid("track")) >= 2, "the command line does not work beside the page")
    second.get("/write")
    form = second.filled({"text": "kept over the lock"}, [("org", "Medics")])
    second.get("/settings").send(form=0)
    check("Locked" in second.words(), "locking does not say so")
    check("Medics" in browser.get("/inbox").words(), "one who locks locks others out")
    second.ask("POST", *form)
    check("Open your letters" in second.text, "a form is taken while locked")
    second.send({"pin": PIN})
    check("kept over the lock" in second.get("/write").text, "what was written while locked is lost")
    second.get("/settings").send(form=0)
    check("kept over the lock" not in second.text, "what was written is shown while locked")


def answers(browser):
    barid("contact", "add", "Amal itself", "-", text=barid("id")[0]["card"])
    ref = relief("inbox")[0]["ref"]
    relief("reply", ref, "--text", "<i>come</i> at \u202e14:00")
    browser.get("/")
    check("1 new letter" in browser.words(), "a new letter is not announced")
    browser.get("/inbox")
    came = re.search(r'href="(/m/[0-9a-f]{64})"[^>]*>(?:(?!</a>).)*From', browser.text)
    check(came is not None, "the answer is not in the list")
    browser.get(came[1])
    check("&lt;i&gt;come&lt;/i&gt; at" in browser.text and "\u202e" not in browser.text, "the answer is not shown inert")
    browser.send({"text": "thank you"})
    check(browser.path.startswith("/m/") and "Sent." in browser.words(), "answering an answer")
    check(browser.get("/m/ffffffff").status == 404 and browser.get("/m/../inbox").status == 404, "letters that are not there")


def many_letters(browser):
    ref = relief("inbox")[0]["ref"]
    for n in range(9):
        relief("reply", ref, "--text", f"{n} " + "&<'" * 300)
        barid("send", "--org", "Medics", "--passphrase-fd", "0", "--text", str(n))
    seen = set()
    path = "/inbox"
    while path:
        browser.get(path)
        check(len(browser.text.encode()) <= PAGE_MAX, f"{path} has {len(browser.text.encode())} bytes")
        seen |= set(re.findall(r'href="(/m/[0-9a-f]{64})"', browser.text))
        older = re.search(r'href="(/inbox\?came=[0-9]+)"', browser.text)
        path = older and older[1]
    check(len([letter for letter in barid("inbox") if f"/m/{letter['id']}" in seen]) == len(barid("inbox")) >= 10, "not every letter is listed")


def take_back(browser):
    browser.get("/write").send({"text": "not this"}, [("org", "Medics")])
    browser.send(form=0)
    check("Cancelled by you" in browser.words(), "a letter cannot be taken back")


def processes(parent):
    """What the front may do, and that a front that dies is replaced."""
    children = open(f"/proc/{parent}/task/{parent}/children", encoding="ascii").read().split()
    fronts = [pid for pid in children if "Seccomp:\t2" in open(f"/proc/{pid}/status", encoding="ascii").read()]
    confines = "sanitizer build" not in open(f"{ROOM}/serve.log", encoding="utf-8").read()
    check(len(children) == 2 and len(fronts) == confines, f"{len(children)} processes, {len(fronts)} of them confined")
    front = fronts[0] if fronts else min(children, key=int)
    subprocess.run(["kill", "-KILL", front], check=True)
    for _ in range(100):
        time.sleep(0.1)
        try:
            if Browser(PORT).get("/").status == 200:
                break
        except OSError:
            continue
    check("Open your letters" in Browser(PORT).get("/").text, "after the front died the pages are gone, or open")


def slowed_down(browser):
    browser.get("/")
    for _ in range(4):
        browser.send({"pin": "guess"})
    check("Too many wrong tries" in browser.words(), "guessing is not slowed down")
    check("Too many wrong tries" in browser.send({"pin": PIN}).words(), "the right one need not wait")
    time.sleep(3)
    browser.send({"pin": PIN})
    check("What do you need?" in browser.words(), "after waiting the right one does not open")


def another_number(browser):
    """Changed with the old one, from this device and from the command line: letters stay, everybody else is locked out."""
    other = Browser(PORT)
    other.get("/").send({"pin": PIN})
    check("What do you need?" in other.words(), "a second browser cannot open")
    said = {"pin": PIN, "new": "second one", "again": "second one"}
    for fields, sentence in [({"pin": "wrong one"}, "not the secret number"), ({"again": "another"}, "not the same"),
                             ({"new": "12345", "again": "12345"}, "too short")]:
        check(sentence in browser.get("/secret").send({**said, **fields}).words(), f"changing the number with {fields}: {browser.words()[:300]}")
    check("second one" not in browser.text and PIN not in browser.text, "a secret number is shown again")
    check("is changed" in browser.get("/secret").send(said).words(), f"changing the number: {browser.words()[:300]}")
    check("To Medics" in browser.get("/inbox").words(), "who changed it is locked out, or letters are gone")
    check("Open your letters" in other.get("/inbox").text, "a session goes on by the old number")
    check("not the secret number" in other.send({"pin": PIN}).words(), "the old number still opens")
    check("What do you need?" in other.get("/").send({"pin": "second one"}).words(), "the new number does not open")
    check(barid("passphrase", text=f"second one\n{PIN}\n") == [{"v": 1, "changed": True, "passphrase": True}], "barid passphrase")
    check(barid("passphrase", text="second one\nthird one\n") == [] and barid("id")[0]["name"] == "Amal", "barid passphrase with a wrong one")
    check(barid("passphrase", text=f"{PIN}\n") == [] and barid("id")[0]["name"] == "Amal", "a new one that is missing counts as none")
    check(barid("passphrase", text=f"{PIN}\n\n") == [{"v": 1, "changed": True, "passphrase": False}], "a vault that is to have none")
    check("What do you need?" in Browser(PORT).get("/").words(), "without a number the pages ask for one")
    check("is changed" in browser.get("/secret").send({"new": PIN, "again": PIN}).words(), f"a number for the first time: {browser.words()[:300]}")
    check("Open your letters" in Browser(PORT).get("/").text, "the new number protects nothing")


def wiping(browser):
    check("not the secret number" in browser.get("/wipe").send({"pin": "wrong"}).words(), "wiping by a wrong secret number")
    check(barid("id")[0]["name"] == "Amal", "it was wiped all the same")
    check("Everything is erased" in browser.send({"pin": PIN}).words(), f"wiping leads to {browser.path}")
    check("What should others call you?" in browser.get("/inbox").text and barid("id") == [], "not everything is wiped")
    browser.send({"name": "Basma", "pin": "١٢٣٤٥٦", "pin_again": "۱۲۳۴۵۶"})
    another = Browser(PORT)
    another.get("/").send({"pin": "123456"})
    check("What do you need?" in another.words(), "digits of another keyboard do not open")
    another.get("/wipe").send({"pin": "١٢٣٤٥٦"})
    browser.get("/").send({"name": "Basma"})
    check("What do you need?" in browser.get("/").words(), "beginning anew without a secret number")
    check("What do you need?" in Browser(PORT).get("/").words(), "a vault without a secret number asks for one")
    check("write" in browser.get("/wipe").words() and "not the same" in browser.send({"word": "no"}).words(), "wiping without the word")
    browser.send({"word": "erase"})
    check("Everything is erased" in browser.words(), "wiping by the word")


def main():
    amal = Browser(PORT)
    every_page(Browser(PORT), "before the first use")
    languages()
    first_use(amal)
    letter = first_letter(amal)
    two_taps(amal)
    every_page(amal, "in use")
    forged(amal)
    strange_requests()
    heads_and_faults()
    slow_clients()
    answers(amal)
    many_letters(amal)
    take_back(amal)
    the_lock(amal, letter)
    processes(int(sys.argv[4]))
    slowed_down(amal)
    another_number(amal)
    wiping(amal)
    print("the pages hold")


main()
