#!/usr/bin/env python3
"""A clinic's box as the phones around it meet it; started by box.sh, which says what to do and gives port and folder."""

import http.client
import re
import socket
import sys
import threading
import time

from browser import Browser

PORT, ROOM = int(sys.argv[2]), sys.argv[3]
LANGS = ["ar", "kmr", "ckb", "tr", "en"]
PAGE_MAX = 14 * 1024
ROUNDS, RATIO_MAX = 7, 3.0  # a busy machine is no leak: only a gross factor is


def check(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")


def begin(name, pin):
    """A newcomer at the box, as far as the first page."""
    browser = Browser(PORT).get("/")
    check("Your name here" in browser.words() and "could read what you type" in browser.words(), "the first page asks for name and number")
    browser.get("/start")
    check("You may leave it empty" not in browser.words(), "a box lets people in without a secret number")
    check("nobody opens here for 90 days" in browser.words(), "it is not said how long a box keeps what nobody opens")
    browser.send({"name": name, "pin": "", "pin_again": ""})
    check("too short" in browser.words(), "an empty secret number is taken")
    browser.send({"name": name, "pin": pin, "pin_again": pin})
    check("What do you need?" in browser.words(), f"{name} cannot begin: {browser.words()[:400]}")
    return browser


def write(browser, name):
    with open(f"{ROOM}/medics.card", encoding="utf-8") as file:
        card = file.read().strip()
    browser.get("/safe")
    browser.send({"card": card, "text": f"a letter of {name}"})
    check(browser.path.startswith("/m/"), f"{name} cannot write: {browser.path} {browser.words()[:300]}")
    return browser.path


def at_once(work):
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def people():
    amal, basma = begin("Amal", "123456"), begin("Basma", "654321")
    letters = {}
    at_once([lambda: letters.update(amal=write(amal, "Amal")), lambda: letters.update(basma=write(basma, "Basma"))])
    check(len(letters) == 2, "two people cannot write at once")
    hers, other = letters["amal"].split("?")[0], letters["basma"].split("?")[0]
    check("What became of it" in amal.get(hers).words() and "What became of it" in basma.get(other).words(), "they do not see their own")
    check("no such letter" in basma.get(hers).words() and "no such letter" in amal.get(other).words(), f"they see the other's: {amal.words()}")
    check(other not in amal.get("/inbox").text and hers in amal.text and other in basma.get("/inbox").text, "letters are mixed up")
    check("Amal" not in Browser(PORT).get("/unlock").text and "Amal" not in Browser(PORT).get("/start").text, "a page lists who is there")
    for lang in LANGS:
        for path in ("/unlock", "/start", "/status", "/settings", "/help"):
            page = Browser(PORT).get(f"{path}?lang={lang}")
            check(page.status == 200 and len(page.text.encode()) <= PAGE_MAX, f"{path} in {lang}: {page.status}")
    taken = Browser(PORT).get("/start")
    taken.send({"name": "amal", "pin": "another one", "pin_again": "another one"})
    check("cannot be used here" in taken.words() and "/people/" not in taken.text, "a name is taken twice")

    stranger = Browser(PORT)
    said = set()
    for name, pin in (("Amal", "wrong one"), ("Zed", "123456")):
        page = stranger.get("/unlock").send({"name": name, "pin": pin})
        said.add(re.sub(r"\s+", " ", page.words()).replace(name, ""))
    check(len(said) == 1 and "do not open anything" in said.pop(), "a wrong name and a wrong number are told apart")

    changed = amal.get("/secret").send({"pin": "123456", "new": "new one", "again": "new one"})
    check("is changed" in changed.words() and hers in changed.get("/inbox").text, f"changing the number: {changed.words()[:300]}")
    check("do not open anything" in stranger.get("/unlock").send({"name": "Amal", "pin": "123456"}).words(), "the old number still opens")
    changed.get("/secret").send({"pin": "new one", "new": "12345", "again": "12345"})
    check("too short" in changed.words(), "a box takes a short number")
    check("is changed" in changed.get("/secret").send({"pin": "new one", "new": "123456", "again": "123456"}).words(), "changing it back")
    check("My letters" in basma.get("/").words(), "one who changes her number locks another out")

    locked = amal.get("/settings").send()
    check("Locked" in locked.words() and "Your name here" in amal.get("/inbox").words(), "the lock does not lock")
    check("My letters" in basma.get("/").words(), "one lock locks the other")
    amal.get("/unlock").send({"name": "AMAL", "pin": "123456"})
    check("What do you need?" in amal.words(), "Amal cannot come back")
    amal.get("/wipe").send({"pin": "123456"})
    check("Everything is erased" in amal.words(), f"wiping: {amal.words()[:200]}")
    check("What became of it" in basma.get(other).words(), "Amal's wiping touched Basma's letters")
    print("several people hold")


def days():
    """Whether it is said how long this box remembers; 0: it forgets nobody."""
    said = Browser(PORT).get("/start").words()
    check(("nobody opens here for" in said) == (sys.argv[4] != "0"), f"the days are said, or not: {said[:600]}")
    check(sys.argv[4] == "0" or f"for {sys.argv[4]} days" in said, f"the days: {said[:600]}")


def times():
    """A name that nobody has and a wrong secret number take as long: each measured from phones that never guessed before."""
    begin("Amal", "123456")
    took = {"name": [], "number": []}
    for number in range(ROUNDS):
        for what, name, pin in (("name", f"Zed {number}", "123456"), ("number", "Amal", "wrong one"), (None, "Amal", "123456")):
            phone = Browser(PORT, source=f"127.0.{2 + number}.{len(name)}").get("/unlock")
            begun = time.monotonic()
            phone.send({"name": name, "pin": pin})
            if what:
                took[what].append(time.monotonic() - begun)
                check("do not open anything" in phone.words(), f"a wrong {what}: {phone.words()[:200]}")
            else:
                check("What do you need?" in phone.words(), f"the right ones, which end the waiting: {phone.words()[:200]}")
    middle = {what: sorted(seconds)[ROUNDS // 2] for what, seconds in took.items()}
    ratio = middle["name"] / middle["number"]
    print(f"a wrong name {middle['name'] * 1000:.0f} ms, a wrong number {middle['number'] * 1000:.0f} ms, ratio {ratio:.2f}")
    check(1 / RATIO_MAX < ratio < RATIO_MAX, "the time tells whether a name is known here")


PROBES = {
    ("connectivitycheck.gstatic.com", "/generate_204"): (204, ""),
    ("connectivitycheck.android.com", "/gen_204"): (204, ""),
    ("captive.apple.com", "/hotspot-detect.html"): (200, "Success"),
    ("captive.apple.com", "/library/test/success.html"): (200, "Success"),
    ("www.msftncsi.com", "/ncsi.txt"): (200, "Microsoft NCSI"),
    ("www.msftconnecttest.com", "/connecttest.txt"): (200, "Microsoft Connect Test"),
    ("detectportal.firefox.com", "/canonical.html"): (200, "support.mozilla.org"),
}


def probe(host, path, phone="127.0.0.1", method="GET"):
    """What a phone asks by itself: status, where it is led, body."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30, source_address=(phone, 0))
    connection.request(method, path, headers={"Host": host})
    answer = connection.getresponse()
    said = answer.status, answer.getheader("Location"), answer.read().decode()
    check(answer.getheader("Set-Cookie") is None, f"{host}{path} sets a cookie")
    connection.close()
    return said


def all_is_well(phone, when):
    for (host, path), (status, body) in PROBES.items():
        got = probe(host, path, phone)
        check(got[0] == status and body in got[2], f"{host}{path} {when}: {got}")


def splash():
    page = f"http://127.0.0.1:{PORT}/portal"
    for host, path in PROBES:
        check(probe(host, path)[:2] == (302, page), f"{host}{path} before Continue: {probe(host, path)}")
    check(probe("captive.apple.com", "/hotspot-detect.html", method="HEAD")[:2] == (302, page), "HEAD")
    check(probe("captive.apple.com", "/")[0] == 421 and probe("captive.apple.com", "/inbox")[0] == 421, "a probe's name reaches a page")
    check(probe("example.org", "/generate_204")[0] == 421, "another name is taken for a phone's question")
    check(probe(f"127.0.0.1:{PORT}", "/generate_204")[0] == 302, "a question to the number itself")
    for lang in LANGS:
        shown = Browser(PORT).get(f"/portal?lang={lang}")
        check(f"http://127.0.0.1:{PORT}/" in shown.text and len(shown.text.encode()) <= PAGE_MAX, f"the splash in {lang}")
    popup = Browser(PORT).get("/portal")
    check("no internet here" in popup.words() and "could read what you type" in popup.words(), "the splash does not say what it is")
    popup.send()
    check("Your name here" in popup.words() and f"http://127.0.0.1:{PORT}/" in popup.words(), f"Continue leads to {popup.path}")
    all_is_well("127.0.0.1", "after Continue")
    check(probe("captive.apple.com", "/hotspot-detect.html", "127.0.0.2")[0] == 302, "one phone's tap counts for another")
    print("the splash holds")


def quiet():
    all_is_well("127.0.0.1", "quietly")


def off():
    for host, path in PROBES:
        check(probe(f"127.0.0.1:{PORT}", path)[0] == 404 and probe(host, path)[0] == 421, f"{host}{path} with the portal off")


def fetch(path, part=None):
    """A download: status, headers, bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("GET", path, headers={"Range": part} if part else {})
    answer = connection.getresponse()
    got = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return got


def hand_on():
    with open(f"{ROOM}/barid_0.1.0_amd64.deb", "rb") as file:
        package = file.read()
    with open(f"{ROOM}/barid_0.1.0_amd64.deb.sig", "rb") as file:
        signature = file.read()
    with open(f"{ROOM}/fingerprint", encoding="ascii") as file:
        fingerprint = file.read().strip()
    for lang in LANGS:
        page = Browser(PORT).get(f"/hand-on?lang={lang}")
        check(page.status == 200 and len(page.text.encode()) <= PAGE_MAX, f"/hand-on in {lang}: {page.status} {len(page.text)}")
        check(fingerprint in page.text and "data:image/bmp" in page.text and "barid_0.1.0_amd64.deb" in page.text, f"/hand-on in {lang} lacks a part")
    status, headers, body = fetch("/hand-on/package")
    check(status == 200 and body == package and "attachment" in headers["content-disposition"], f"the package: {status} {len(body)}")
    check(fetch("/hand-on/signature")[2] == signature, "the signature")
    for part, want in {"bytes=0-9": (0, 10), "bytes=100-": (100, len(package)), "bytes=5-99999999": (5, len(package))}.items():
        status, headers, body = fetch("/hand-on/package", part)
        check(status == 206 and body == package[want[0]:want[1]], f"{part}: {status}, {len(body)} bytes")
        check(headers["content-range"] == f"bytes {want[0]}-{want[1] - 1}/{len(package)}", f"{part}: {headers['content-range']}")
    check(fetch("/hand-on/package", f"bytes={len(package)}-")[0] == 416, "a part behind the end")
    for nonsense in ("bytes=9-5", "bytes=-", "bytes=1-2,4-5", "lines=1-2", "bytes=99999999999999999999-"):
        check(fetch("/hand-on/package", nonsense)[0] == 200, f"Range: {nonsense}")
    for other in ("/hand-on/", "/hand-on/key", "/hand-on/../barid", "/hand-on/package/x", "/hand-on/package.sig"):
        check(fetch(other)[0] == 404, f"{other} answers {fetch(other)[0]}")
    slow = []
    for _ in range(10):
        plug = socket.create_connection(("127.0.0.1", PORT))
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plug.send(f"GET /hand-on/package HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n\r\n".encode())
        slow.append(plug)
    began = time.monotonic()
    check(fetch("/hand-on/signature")[2] == signature and time.monotonic() - began < 5, "slow downloads starve others")
    for plug in slow:
        plug.close()
    print("handing on holds")


def nothing_to_hand_on():
    check("no package on this device" in Browser(PORT).get("/hand-on").words(), "a box without a package does not say how else")
    check(fetch("/hand-on/package")[0] == 404, "a package that is not there")


{"people": people, "times": times, "days": days, "hand_on": hand_on, "nothing": nothing_to_hand_on,
 "splash": splash, "quiet": quiet, "off": off}[sys.argv[1]]()
