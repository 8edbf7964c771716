"""A phone that joined a box's network: what it asks by itself, and what the person who holds it does with a browser. play_hotspot.py starts it where
nothing but that network is. Prints a JSON object with what it met; ends with a sentence if something is wrong."""

import http.client
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
from browser import Browser  # noqa: E402

PROBE = ("connectivitycheck.gstatic.com", "/generate_204")
PAGE = "http://10.42.0.1/portal"


def check(good, what):
    if not good:
        sys.exit(what)


def probe():
    """What the phone asks to see whether there is internet: status, and where it is led."""
    connection = http.client.HTTPConnection(PROBE[0], 80, timeout=60)
    connection.request("GET", PROBE[1])
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("Location")


def main(card, name, pin, text):
    began = time.monotonic()
    greeted = probe()
    check(greeted == (302, PAGE), "the phone's question was answered with %s %s" % greeted)
    popup = Browser(80, host="10.42.0.1").get("/portal")
    check("no internet here" in popup.words(), "the splash says: " + popup.words()[:300])
    popup.send()
    check(probe()[0] == 204, "after Continue the phone is still told that there is no way out")

    person = Browser(80, host="barid.lan").get("/")
    check("Your name here" in person.words(), "the first page says: " + person.words()[:300])
    person.get("/start").send({"name": name, "pin": pin, "pin_again": pin})
    check("What do you need?" in person.words(), "nobody can begin: " + person.words()[:300])
    person.get("/safe").send({"card": card, "text": text})
    check(person.path.startswith("/m/"), "no letter is sent: %s %s" % (person.path, person.words()[:300]))
    print(json.dumps({"letter": person.path.split("/")[2].split("?")[0], "seconds": round(time.monotonic() - began, 2)}))


main(*sys.argv[1:])
