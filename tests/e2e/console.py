#!/usr/bin/python3
"""The console as it is: real posts, a relief group with accounts, `barid-relief serve`, two operators in two browsers, a sender's phone. See
console.sh."""

import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import time

from selenium.webdriver.common.by import By

from pages import PICTURES, Phone, run_cases, wait_until
from pages_room import Browser, Clinic
from posts import program

PASSWORD = "bridge garden lantern"
TEN_MINUTES = 600.0
RACES = 4


class House(Clinic):
    """A device with its pages, a relief group at another post, and that group's console. Everything ends with it."""

    def __init__(self):
        super().__init__()
        self.phone_port = self.port
        for name, role in (("Rana", "admin"), ("Samir", "triager"), ("Lina", "viewer")):
            self.account(name, role)
        self.barid("medic", "init", "--name", "Medic")
        self.barid("medic", "org", "trust", "-", text=self.card)
        self.console()

    def account(self, name, role):
        command = [program("barid-relief"), "--home", os.path.join(self.folder, "relief"), "--post", self.there.control, "--json",
                   "--password-fd", "0", "account", "add", name, "--role", role]
        done = subprocess.run(command, capture_output=True, text=True, input=PASSWORD + "\n")
        assert done.returncode == 0, done.stderr

    def console(self):
        """Starts another `barid-relief serve`; self.port, front and keeper are its own from now on."""
        command = [program("barid-relief"), "--home", os.path.join(self.folder, "relief"), "--post", self.there.control, "--json", "serve",
                   "--listen", "127.0.0.1:0"]
        with open(os.path.join(self.folder, "console.log"), "ab") as log:
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL)
        self.children.append(child)
        self.port = int(json.loads(child.stdout.readline())["listen"].rpartition(":")[2])

    def log(self):
        with open(os.path.join(self.folder, "console.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def send(self, *words):
        """A letter of the medic's, to the group, and on its way at once. Returns its id."""
        return self.barid("medic", *words, "--org", "Medics", "--send-now", post=self.there)[0]["id"]

    def told(self, letter, stage):
        """Waits until the sender's own device knows that it is this far."""
        def known():
            self.barid("medic", "inbox", post=self.there)
            return any(step["stage"] == stage for step in self.barid("medic", "track", letter, post=self.there)[0]["history"])
        wait_until("the sender knows that it is " + stage, known, 40, 0.3)


def console_of(room, name, scripts=False):
    """A browser in which this operator is in."""
    if (name, scripts) not in room.phones:
        room.phones[name, scripts] = Phone(room, scripts, width=1280, height=900)
        enter(room.phones[name, scripts], name)
    return room.phones[name, scripts]


def enter(desk, name):
    desk.go("/login?lang=en")
    field(desk, "Your name here").send_keys(name)
    field(desk, "Password").send_keys(PASSWORD)
    press(desk, "Log in")
    assert desk.path == "/queue", desk.text()[:300]


def field(desk, label):
    """What a person finds by reading: the field under a label."""
    for found in desk.driver.find_elements(By.TAG_NAME, "label"):
        if found.get_attribute("textContent").strip().lower() == label.lower():
            inside = found.find_elements(By.CSS_SELECTOR, "input, textarea, select")
            return inside[0] if inside else desk.driver.find_element(By.ID, found.get_attribute("for"))
    raise AssertionError("no field is called %s on %s: %s" % (label, desk.path, desk.text()[:600]))


def press(desk, words):
    """The first button or link that says so."""
    desk.press(to_press(desk, words))


def to_press(desk, words):
    for found in desk.driver.find_elements(By.CSS_SELECTOR, "button, a[href]"):
        if found.is_displayed() and words.lower() in found.text.lower():
            return found
    raise AssertionError("nothing to press says \"%s\" on %s: %s" % (words, desk.path, desk.text()[:600]))


def queue_has(room, desk, *texts):
    def there():
        room.relief("fetch")  # the console does it by itself too, every ten seconds
        desk.go("/queue")
        return all(text in desk.text() for text in texts)
    wait_until("the queue shows " + ", ".join(texts), there, 60, 0.5)


def ref_of(room, desk, text):
    """The case whose line in the queue says this."""
    queue_has(room, desk, text)
    for line in desk.driver.find_elements(By.CSS_SELECTOR, "main tbody tr"):
        if text in line.text:
            return re.search(r"[A-Z]-\d{4,}", line.text)[0]
    raise AssertionError("no line says " + text)


def roles_of_people(room):
    """Who is nobody sees nothing; a viewer changes nothing, whatever they send."""
    room.send("medevac", "--red", "1", "--place", "Sector 3, red door", "--text", "for the viewer")
    rana = console_of(room, "Rana")
    ref = ref_of(room, rana, "for the viewer")
    lina = Browser(room.port)
    assert "/login" in [form["action"] for form in lina.get("/case/" + ref).page.forms]
    lina.submit({"name": "Lina", "password": PASSWORD}, form="/login")
    lina.get("/case/" + ref)
    assert "red door" not in lina.last.text and "Sector 3" in lina.last.text, "a viewer sees the exact place"
    token = next(a["value"] for _, a in lina.last.page.forms[0]["fields"] if a["name"] == "token")
    answer = lina.post("/case/" + ref, [("token", token), ("do", "claim"), ("revision", "1")])
    assert answer.status == 403 and "does not allow" in answer.text, answer.status
    for path in ("/audit", "/webhooks", "/export", "/publish"):
        assert lina.get(path).status == 403 and "does not allow" in lina.last.text, (path, lina.last.status)
    token = next(a["value"] for _, a in lina.last.page.forms[0]["fields"] if a["name"] == "token")
    for path, fields in (("/publish", [("step", "check"), ("kind", "transport")]), ("/publish", [("step", "go"), ("kind", "alert")]),
                         ("/export", [("format", "jsonl")])):
        assert lina.post(path, [("token", token)] + fields).status == 403, (path, fields, lina.last.status)
        token = next(a["value"] for _, a in lina.last.page.forms[0]["fields"] if a["name"] == "token")


def arrival_to_assigned(room):
    """From the medic's phone to the console and back: what the operator does is seen on the sender's own page."""
    port, room.port = room.port, room.phone_port
    sender = Phone(room, False)
    room.port = port
    try:
        sender.go("/?lang=en")
        sender.send({"name": "Amal"})
        sender.go("/safe")
        sender.send({"people": "4", "place": "Sector 4", "text": "we are in the cellar", "card": room.card})
        letter = sender.path[3:67]
        room.carry()
        rana = console_of(room, "Rana")
        ref = ref_of(room, rana, "we are in the cellar")
        press(rana, ref)
        press(rana, "I take it")
        assert "You have it now" in rana.text(), rana.text()[:400]

        def assigned():
            room.barid("person", "inbox")
            sender.go("/m/" + letter)
            return "Somebody takes care of it" in [item.text.split("\n")[0] for item in reached(sender)]
        wait_until("the sender's page says that somebody takes care of it", assigned, 60, 0.5)
        sender.picture("console-seen-by-sender", 1200)
    finally:
        sender.end()


def reached(sender):
    class Step:
        def __init__(self, text):
            self.text = text.split(" today")[0].strip()
    return [Step(item.text) for item in sender.driver.find_elements(By.CSS_SELECTOR, "main li.done")]


def two_race(room):
    """Two operators in two browsers press at the same moment, again and again: exactly one has it, the other is told who; one claim in the audit."""
    desks, wins = {name: console_of(room, name) for name in ("Rana", "Samir")}, []
    texts = ["race %d" % turn for turn in range(RACES)]
    letters = {text: room.send("medevac", "--red", "1", "--place", "Sector 5", "--text", text) for text in texts}
    for turn, (text, letter) in enumerate(letters.items()):
        ref = ref_of(room, desks["Rana"], text)
        for desk in desks.values():
            desk.go("/case/" + ref)
        starters = sorted(((desk, to_press(desk, "I take it")) for desk in desks.values()), key=lambda pair: id(pair[0]), reverse=turn % 2 == 1)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda pair: pair[0].press(pair[1]), starters))
        has = [name for name, desk in desks.items() if "You have it now" in desk.text()]
        assert len(has) == 1, {name: desk.text()[:300] for name, desk in desks.items()}
        other = next(name for name in desks if name != has[0])
        assert has[0] + " was faster and has it now" in desks[other].text(), desks[other].text()[:500]
        if turn == 0:
            desks[other].picture("console-race-lost", 900)
            room.told(letter, "assigned")
        wins += has
        claims = [one for one in room.relief("audit") if one.get("action") == "claimed" and ref in one.get("detail", "")]
        assert len(claims) == 1 and claims[0]["who"] == has[0], claims
    print("      %d races: %d by Rana, %d by Samir" % (len(wins), wins.count("Rana"), wins.count("Samir")), flush=True)


def precise_place_is_audited(room):
    """Looking at a case says nothing of the exact place; the click that shows it is in the audit, with the operator's name."""
    room.send("medevac", "--red", "1", "--place", "Sector 8, behind the bakery", "--text", "bakery case")
    rana = console_of(room, "Rana")
    ref = ref_of(room, rana, "bakery case")
    samir = console_of(room, "Samir")
    samir.go("/case/" + ref)
    assert "behind the bakery" not in samir.driver.page_source, "the exact place is shown before the click"

    def looks():
        return [one["who"] for one in room.relief("audit") if one.get("action") == "looked" and ref in one.get("detail", "")]
    assert "Samir" not in looks(), "a look that was none"
    press(samir, "Show the exact place")
    assert "behind the bakery" in samir.text() and "Samir" in looks(), (looks(), samir.text()[:300])


def exercise_stays_apart(room):
    """Exercises are in no queue of the real work, and the real ones in none of an exercise."""
    room.send("medevac", "--red", "1", "--place", "Sector 2", "--text", "only a drill", "--exercise")
    rana = console_of(room, "Rana")
    rana.go("/queue")
    press(rana, "Exercise mode")
    try:
        queue_has(room, rana, "only a drill")
        assert "race 0" not in rana.text() and "Exercise mode. Only exercise cases" in rana.text()
        rana.picture("console-exercise", 900)
    finally:
        press(rana, "Back to real work")
    assert "only a drill" not in rana.text()
    rana.go("/map")
    assert "Sector 2" not in rana.text()


def publish_and_export(room):
    """A notice is looked at before it is signed, and stands as unconfirmed until another says so; an export is a file."""
    rana = console_of(room, "Rana")
    press(rana, "Publish")
    field(rana, "Line").send_keys("7")
    field(rana, "State").send_keys("people are getting in")
    field(rana, "Stop").send_keys("Ramouseh bridge")
    field(rana, "What it means to those waiting").send_keys("GO")
    press(rana, "Look at it first")
    assert "Ramouseh bridge" in rana.text() and "signed by" in rana.text(), rana.text()[:500]
    press(rana, "Publish it now")
    wait_until("it stands there", lambda: "Ramouseh bridge" in rana.text() or rana.go("/publish"), 30, 0.5)
    assert "Nobody else says so yet" in rana.text(), rana.text()
    rana.picture("console-published", 1400)
    visitor = Browser(room.port)
    visitor.get("/login")
    visitor.submit({"name": "Rana", "password": PASSWORD}, form="/login")
    visitor.get("/export")
    answer = visitor.post(*visitor.filled({"format": "csv-hxl"}, form="/export"))
    assert answer.status == 200 and "attachment" in answer.header("content-disposition") and b"#meta" in answer.body, answer.body[:200]
    rana.go("/audit")
    assert "The record is whole" in rana.text() and "exported" in rana.text(), rana.text()[:400]


def finder_and_map(room):
    """A name with vowel marks is found without, stands in no address, and its case is one press away; the map's tiles lead to their cases."""
    room.send("seek", "--name", "مُحَمَّد", "--father", "عمر", "--age", "child", "--place", "Sector 4", "--text", "my son")
    room.send("seen", "--name", "محمد", "--father", "عمر", "--news", "believed_alive", "--source", "saw", "--place", "Sector 6",
              "--text", "at the school")
    rana = console_of(room, "Rana")
    queue_has(room, rana, "my son", "at the school")
    press(rana, "People")
    field(rana, "Name, father's name or place").send_keys("محمد")
    press(rana, "Search")
    assert "مُحَمَّد" in rana.text() and "alive" in rana.text().lower(), rana.text()[:500]
    assert rana.path == "/people", "a name in an address: " + rana.path
    rana.picture("console-people-found", 900)
    press(rana, "Map")
    tiles = rana.driver.find_elements(By.CSS_SELECTOR, "svg a")
    names = [tile.text.split("\n")[0] for tile in tiles]
    assert any("Sector 4" in name for name in names), names
    rana.picture("console-map-real", 900)
    rana.press(next(tile for tile in tiles if "Sector 4" in tile.text))
    places = {cell.text for cell in rana.driver.find_elements(By.CSS_SELECTOR, "main tbody td:nth-of-type(3)")}
    assert places == {"Sector 4"}, places
    press(rana, "Transport")
    assert "Ramouseh bridge" in rana.text(), rana.text()[:400]


def said_between(text):
    """What the screen tells to press: «...»."""
    return re.search("«(.+?)»", text)[1]


def handle(room, desk, ref, answer, why):
    """One case, by nothing but what stands on the screen."""
    press(desk, ref)
    hint = desk.driver.find_element(By.CSS_SELECTOR, ".hint").text
    press(desk, said_between(hint))
    hint = desk.driver.find_element(By.CSS_SELECTOR, ".hint").text
    assert "Answer the sender" in hint and "close the case" in hint, hint
    field(desk, "Answer to the sender").send_keys(answer)
    press(desk, "Send the answer")
    assert "on its way to the sender" in desk.text(), desk.text()[:400]
    field(desk, why).click()
    press(desk, "Close the case")
    assert "case is closed" in desk.text(), desk.text()[:400]


def three_cases_in_ten_minutes(room):
    """An operator who was never here handles three cases, the most urgent first, doing only what the screen tells."""
    room.account("Nour", "triager")
    for name in ("Rana", "Samir"):
        if (name, False) in room.phones:
            room.phones[name, False].go("/help")
    letters = {"newcomer one": room.send("medevac", "--red", "2", "--place", "Sector 4", "--text", "newcomer one"),
               "newcomer two": room.send("need", "--sector", "water", "--people", "40", "--place", "Sector 6", "--text", "newcomer two"),
               "newcomer three": room.send("send", "--text", "newcomer three")}
    begun = time.monotonic()
    desk = Phone(room, False, width=1280, height=900)
    try:
        desk.go("/")
        if "Your name here" not in desk.text():
            press(desk, "English")
        field(desk, "Your name here").send_keys("Nour")
        field(desk, "Password").send_keys(PASSWORD)
        press(desk, "Log in")
        queue_has(room, desk, *letters)
        press(desk, "Nobody has it")
        lines = [line.text for line in desk.driver.find_elements(By.CSS_SELECTOR, "main tbody tr")]
        places = [next(i for i, line in enumerate(lines) if text in line) for text in letters]
        assert places == sorted(places), "not the most urgent first: %s" % lines
        for text in letters:
            ref = ref_of(room, desk, text)
            handle(room, desk, ref, "we come at four, blue door", "done, they were helped")
        took = time.monotonic() - begun
    finally:
        desk.end()
    for letter in letters.values():
        for stage in ("assigned", "answered", "closed"):
            room.told(letter, stage)
    assert took < TEN_MINUTES, took
    print("      three cases took %.1f seconds" % took, flush=True)


def killed_and_back(room):
    """The console is killed at once after a claim: the claim is there when it is back, and the audit is whole."""
    room.send("medevac", "--red", "1", "--place", "Sector 9", "--text", "before the kill")
    browser = Browser(room.port)
    browser.get("/login")
    browser.submit({"name": "Rana", "password": PASSWORD}, form="/login")

    def there():
        room.relief("fetch")
        browser.get("/queue")
        return "before the kill" in browser.last.text
    wait_until("it came", there, 60, 0.5)
    ref = re.search(r">([A-Z]-\d{4,})</a></th><td><b>[^<]*</b>[^<]*(?:<bdi[^>]*>)?before the kill", browser.last.text)[1]
    browser.get("/case/" + ref)
    form = next(form for form in browser.last.page.forms if ("do", "claim") in [(a["name"], a.get("value")) for _, a in form["fields"]])
    browser.post(form["action"], [(a["name"], a.get("value", "")) for tag, a in form["fields"] if tag != "button"])
    child = room.children[-1]
    child.send_signal(signal.SIGKILL)
    child.wait(10)
    time.sleep(0.2)  # its keeper and front notice and end
    room.console()
    case = room.relief("case", ref, "--look-only")[0]
    assert case["claim"]["by"] == "Rana" and room.relief("audit")[-1]["intact"], case["claim"]
    for name in list(room.phones):
        room.phones.pop(name).end()


CASES = [roles_of_people, arrival_to_assigned, two_race, precise_place_is_audited, exercise_stays_apart, publish_and_export, finder_and_map,
         three_cases_in_ten_minutes, killed_and_back]


def main():
    os.makedirs(PICTURES, exist_ok=True)
    room = House()
    room.phones = {}
    os.environ.update({"TMPDIR": room.folder, "HOME": room.folder, "XDG_CONFIG_HOME": room.folder, "XDG_CACHE_HOME": room.folder})  # the browser's
    try:
        return 1 if run_cases(CASES, room) else 0
    finally:
        for phone in room.phones.values():
            phone.end()
        room.end()


if __name__ == "__main__":
    sys.exit(main())
