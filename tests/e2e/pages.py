#!/usr/bin/python3
"""The pages of `barid serve` in a real Chromium. See pages.sh."""

import base64
import collections
import concurrent.futures
import json
import os
import re
import sys
import time
import urllib.parse

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from pages_room import LANGUAGES, PAGE_MAX, PATHS, Browser, Clinic, run_cases
from posts import wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
PICTURES = os.path.join(HERE, "../../build/screenshots")
MINUTE = 60.0


class Phone:
    """Chromium as a small old phone. Without scripts it runs none of the page's; what this file asks of it stands outside of that."""

    def __init__(self, room, scripts, language="en", width=320, height=480):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        profile = os.path.join(room.folder, "chromium-%d" % time.monotonic_ns())
        for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "disable-background-networking",
                     "disable-component-update", "disable-sync", "disable-extensions", "disable-default-apps", "mute-audio", "no-pings",
                     "disable-features=Translate,OptimizationHints,MediaRouter", "user-data-dir=" + profile, "lang=" + language):
            options.add_argument("--" + flag)
        preferences = {"intl.accept_languages": language, "credentials_enable_service": False, "profile.password_manager_enabled": False}
        if not scripts:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.base, self.asked = "http://127.0.0.1:%d" % room.port, []
        self.screen(width, height)

    def end(self):
        self.driver.quit()

    def screen(self, width, height):
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def go(self, path):
        self.driver.get(self.base + path)

    @property
    def path(self):
        url = urllib.parse.urlsplit(self.driver.current_url)
        return url.path + ("?" + url.query if url.query else "")

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def says(self, script, *arguments):
        return self.driver.execute_script("return " + script, *arguments)

    def fields(self, name):
        return self.driver.find_elements(By.CSS_SELECTOR, "main [name=%s]" % name)

    def fill(self, answers):
        """Fills those of the fields that are on the page, as fingers would."""
        for name, value in answers.items():
            for field in self.fields(name):
                kind = field.get_attribute("type")
                if kind in ("checkbox", "radio"):
                    wanted = field.get_attribute("value") in (value if isinstance(value, list) else [value])
                    if wanted != field.is_selected() and (wanted or kind == "checkbox"):
                        field.click()
                elif kind not in ("hidden", "submit"):
                    field.clear()
                    field.send_keys(value)

    def button(self):
        """The main form's button: the last that is neither hidden nor in the foot of the page."""
        return self.driver.find_elements(By.CSS_SELECTOR, "main form button, main form input[type=submit]")[-1]

    def press(self, button, act=lambda button: button.click()):
        """Presses and waits until another page is there."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        act(button)

        def gone():
            try:
                return not before.is_enabled()
            except StaleElementReferenceException:
                return True
            except WebDriverException as fault:
                return "does not belong" in str(fault)
        wait_until("another page", gone, 15, 0.05)
        wait_until("the whole page", lambda: self.says("document.readyState") == "complete", 15, 0.05)

    def send(self, answers):
        self.fill(answers)
        self.press(self.button())

    def walk(self, path, answers, steps=8):
        """From a page on, one question after the other, until a letter is on its way. Returns how many buttons were pressed."""
        self.go(path)
        for pressed in range(1, steps + 1):
            self.choose(answers)
            if self.path.startswith("/m/"):
                return pressed
        raise AssertionError("%s leads nowhere: %s" % (path, self.text()[:300]))

    def choose(self, answers):
        """A button that is one of the answers is pressed; else the form's own."""
        for name, value in answers.items():
            for field in self.fields(name):
                if field.tag_name == "button" and field.get_attribute("value") == value:
                    self.press(field)
                    return
        self.send(answers)

    def requests(self):
        """Every address that was asked for since the last call."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])
        asked, self.asked = self.asked, []
        return asked

    def picture(self, name, height_max=900):
        """The page in full, but for what is far below."""
        height = min(self.says("document.documentElement.scrollHeight"), height_max)
        clip = {"x": 0, "y": 0, "width": self.says("innerWidth"), "height": max(height, self.says("innerHeight")), "scale": 1}
        data = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip})["data"]
        with open(os.path.join(PICTURES, name + ".png"), "wb") as file:
            file.write(base64.b64decode(data))


def phone_of(room, scripts=False, number=0):
    """A phone that lasts as long as the room, at the pages that are served now."""
    if (scripts, number) not in room.phones:
        room.phones[scripts, number] = Phone(room, scripts)
    phone = room.phones[scripts, number]
    phone.base = "http://127.0.0.1:%d" % room.port
    return phone


def case_of(room, letter):
    """What the relief group sees of it, once it is there."""
    found = []

    def there():
        found[:] = [case for case in room.relief("inbox", "--all") if case["id"] == letter]
        return bool(found)
    wait_until("the group has it", there, 30, 0.3)
    return found[0]


def stage_of(room, letter):
    return room.barid("person", "track", letter)[0]["stage"]


def first_letter(room):
    """From the first look at the page to a letter on its way, without scripts, within a minute."""
    phone = phone_of(room)
    begun = time.monotonic()
    phone.go("/?lang=en")
    phone.send({"name": "Amal"})
    assert "Amal" not in phone.path, "a name in an address: " + phone.path
    phone.go("/safe")
    phone.send({"people": "٤", "place": "Sector 4", "text": "نحن بخير", "card": room.card})
    assert phone.path.startswith("/m/"), "%s: %s" % (phone.path, phone.text()[:400])
    took = time.monotonic() - begun
    letter = phone.path[3:67]
    assert stage_of(room, letter) in ("saved", "carried") and took < MINUTE, "%d seconds" % took
    room.carry()  # as a memory stick would: by itself it leaves at a moment that nobody can foretell
    case = case_of(room, letter)
    assert case["type"] == "safe" and case["body"] == {"people": 4, "place": "Sector 4", "text": "نحن بخير"}, case
    print("      the first letter took %.1f seconds" % took, flush=True)


def medical_help(room):
    """Three taps, without scripts: how many, whether they can walk, where. What the group does is told on the letter's page, step by step."""
    phone = phone_of(room)
    pressed = phone.walk("/medevac?lang=en", {"red": "١", "yellow": "٢", "walk": "all", "sector": "4"})
    letter = phone.path[3:67]
    case = case_of(room, letter)
    assert case["type"] == "medevac" and case["priority"] == 3 and case["body"]["red"] == 1, case
    assert case["body"]["yellow"] == 2 and case["body"]["walking"] == 3 and "4" in case["body"]["place"], case
    assert pressed <= 3, "%d taps" % pressed
    steps = {"received": [], "opened": ["show", case["ref"]], "assigned": ["claim", case["ref"]],
             "answered": ["reply", case["ref"], "--text", "نحن في الطريق"]}
    ladder = []
    for stage, words in steps.items():
        if words:
            room.relief(*words)
        ladder.append(rungs(room, phone, letter, stage))
    assert all(len(low) < len(high) for low, high in zip(ladder, ladder[1:])), "the ladder does not move: %s" % ladder
    assert "نحن في الطريق" in phone.text() or "نحن في الطريق" in answer_page(phone), "the answer is nowhere"


def rungs(room, phone, letter, stage):
    """The steps that the letter's page marks as done, once it is known that it is this far."""
    def known():
        room.barid("person", "inbox")
        return stage_of(room, letter) == stage
    wait_until("it is " + stage, known, 30, 0.3)
    phone.go("/m/" + letter)
    return [item.text for item in phone.driver.find_elements(By.CSS_SELECTOR, "main li.done, main li.now")]


def answer_page(phone):
    phone.go("/inbox")
    return phone.text()


def other_letters(room):
    """Somebody is looked for, and something is needed."""
    phone = phone_of(room)
    for kind, answers, wanted in (
            ("seek/new", {"name": "مُحَمَّد", "father": "عمر", "age": "child", "place": "Sector 4"},
             {"name": "مُحَمَّد", "father": "عمر"}),
            ("need", {"sector": "water", "people": "٦", "place": "Sector 4"}, {"sector": ["water"], "people": 6})):
        phone.walk("/" + kind + "?lang=ar", answers)
        room.carry()
        body = case_of(room, phone.path[3:67])["body"]
        assert {name: body.get(name) for name in wanted} == wanted, body


# What is wrong with the page that is open, for arguments language, direction. Runs outside of the page's own rules.
LOOK = """
const [language, direction, done] = arguments, root = document.scrollingElement, faults = [];
if (document.documentElement.lang !== language || document.documentElement.dir !== direction)
    faults.push('lang ' + document.documentElement.lang + ' dir ' + document.documentElement.dir);
if (document.scripts.length) faults.push('a script');
for (const size of ['40px', '']) {
    document.body.style.fontSize = size;
    const wide = root.clientWidth + 1, texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), out = [];
    const range = document.createRange();
    if (root.scrollWidth <= wide) continue;
    while (texts.nextNode()) {
        range.selectNodeContents(texts.currentNode);
        const box = range.getBoundingClientRect();
        if (box.right > wide || box.left < -1) out.push(texts.currentNode.textContent.slice(0, 30));
    }
    faults.push('wider than the screen ' + (size ? 'with text twice as big' : 'at 320 by 480') + ': ' + out.slice(0, 3).join(' | '));
}
for (const one of document.querySelectorAll('main button, main a.b, main input[type=text]'))
    if (one.tabIndex >= 0 && one.getBoundingClientRect().height < 48) faults.push('too small for a finger: ' + one.outerHTML.slice(0, 80));
for (const one of document.querySelectorAll('main button, main a'))
    if (one.textContent.trim() === '') faults.push('without a word: ' + one.outerHTML.slice(0, 80));
axe.run(document, {resultTypes: ['violations']}).then(found => done(faults.concat(found.violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 120)).slice(0, 3).join(' | ')))), fault => done(['axe: ' + fault]));
"""


def kind_of(path):
    """What a page is, whatever letter, line or person it tells of; letters to us and from us look different."""
    return re.sub(r"[0-9a-f]{8,}|(?<=/saw/|rson/)[^/]+", "X", path.partition("?")[0])


def paths_of(room):
    """Every page, and one of each kind that links lead to, two of letters."""
    visitor, found, kinds = Browser(room.port), list(PATHS), collections.Counter(map(kind_of, PATHS))
    letters = [room.barid("person", *words) for words in (["track"], ["inbox"])]
    letters = [sorted(some, key=lambda letter: letter["type"] != "medevac") for some in letters if some]
    found += ["/m/" + some[0]["id"] for some in letters]
    kinds[kind_of("/m/" + "0" * 64)] = len(found)
    for path in found:
        visitor.get(path)
        for tag, attributes in visitor.last.page.tags:
            href = attributes.get("href") or ""
            if tag == "a" and re.match(r"/[a-z]", href) and not kinds[kind_of(href)]:
                kinds[kind_of(href)] = 1
                found.append(href)
    return found


def name_of(path, pages):
    letters = [page for page in pages if page.startswith("/m/")]
    return "home" if path == "/" else ("sent", "got")[letters.index(path) % 2] if path in letters else kind_of(path)[1:].replace("/", "-")


def look_through(phone, pages, languages, faults, begin=""):
    """Every page in these languages, and where the phone asked on the way."""
    for language in languages:
        phone.go("/?lang=" + language)
        for path in pages:
            phone.go(path)
            found = phone.driver.execute_async_script(LOOK, language, LANGUAGES[language])
            faults += ["%s in %s: %s" % (path[:20], language, fault) for fault in found]
            phone.picture("%s%s-%s" % (begin, name_of(path, pages), language))
    asked = phone.requests()
    assert len(asked) >= len(pages), "the browser does not tell what it asks for"
    faults += ["asks elsewhere: " + url for url in asked if not url.startswith((phone.base + "/", "data:", "chrome:", "about:"))]
    faults += ["console: " + entry["message"][:200] for entry in phone.driver.get_log("browser") if entry["level"] == "SEVERE"]


def every_page_in_every_language(room):
    """Direction, room, weight, names of things, nothing from elsewhere, and what the rules of accessibility call serious."""
    with open(os.environ["BARID_AXE"], encoding="utf-8") as file:
        axe = file.read()
    faults, pages, languages, looking = [], paths_of(room), list(LANGUAGES), []
    for number in range(2):
        phone = phone_of(room, scripts=True, number=number)
        phone.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": axe})
        looking.append(concurrent.futures.ThreadPoolExecutor(1).submit(look_through, phone, pages, languages[number::2], faults))
    for one in looking:
        one.result()
    assert not faults, "%d faults: %s" % (len(faults), "; ".join(sorted(set(faults))[:12]))


def weights_and_languages(room):
    """What comes over the wire: at most 14 kB a page; the language that was asked for, by the address, by the cookie, by the browser's own list."""
    visitor = Browser(room.port)
    for language in LANGUAGES:
        visitor.get("/?lang=" + language)
        for path in paths_of(room):
            answer = visitor.get(path)
            assert answer.status == 200, "%s: %d" % (path, answer.status)
            size = len(answer.body) + sum(len(name) + len(value) + 4 for name, value in answer.headers)
            assert size <= PAGE_MAX, "%s in %s: %d bytes" % (path, language, size)
            assert '<html lang="%s" dir="%s">' % (language, LANGUAGES[language]) in answer.text, (path, language)
            assert "default-src 'none'" in answer.header("content-security-policy") and answer.header("cache-control") == "no-store"
            assert all(tag not in ("script", "iframe", "object", "link") or attributes.get("rel") == "icon" for tag, attributes in answer.page.tags)
    for accepted, language in (("ar-SY,ar;q=0.9", "ar"), ("ku", "kmr"), ("ckb-IQ", "ckb"), ("tr;q=0.3,en;q=0.8", "en"), ("xx", "ar"), ("", "ar")):
        assert '<html lang="%s"' % language in Browser(room.port, accepted).get("/").text, accepted


def others_speak(room):
    """What others wrote and published is on the pages: who says it, how sure it is, what contradicts it, and how one answers."""
    room.barid("basma", "init", "--name", "Basma")
    room.barid("person", "contact", "add", "Basma", "-", text=room.barid("basma", "id")[0]["card"])
    room.barid("basma", "contact", "add", "Amal", "-", text=room.barid("person", "id")[0]["card"])
    about = ["--name", "مُحَمَّد", "--father", "عمر", "--age", "child", "--place", "Sector 4"]
    room.barid("basma", "seek", "--to", "Amal", "--send-now", *about)
    room.barid("basma", "send", "--to", "Amal", "--send-now", "--text", "كيف حالكم؟")
    room.relief("org", "create", "--name", "Buses", group="buses")
    room.barid("person", "org", "trust", "-", text=room.relief_text("org", "card", group="buses"))
    bus = ["publish", "transport", "--line", "1", "--verb"]
    room.relief(*bus, "planned", "--stop", "جسر الراموسة", "--seats", "50", "--go", group="buses")
    room.relief(*bus, "turned_back", "--reason", "إطلاق نار", "--stop-notice")
    room.relief("publish", "transport", "--line", "2", "--verb", "boarding", "--stop", "السكري")
    room.relief("publish", "alert", "--event", "shelling", "--urgency", "immediate", "--certainty", "observed", "--area", "Sector 4",
                "--headline", "Stay in shelters")

    def all_here():
        return len(room.barid("person", "inbox")) >= 2 and len(room.barid("person", "bus", "list")) >= 3
    wait_until("what others wrote is here", all_here, 30, 0.3)
    phone = phone_of(room)
    phone.go("/bus?lang=en")
    text = phone.text()
    assert all(word in text for word in ("Medics", "Buses", "جسر الراموسة", "إطلاق نار")), text
    assert re.search(r"contradict", text, re.I) and re.search(r"turned back", text, re.I), text
    assert text.index("إطلاق نار") < text.index("جسر الراموسة"), "STOP does not stand above GO: " + text
    phone.go("/alerts")
    assert "Stay in shelters" in phone.text() and "Medics" in phone.text(), phone.text()
    phone.go("/seek")
    assert "مُحَمَّد" in phone.text(), "nobody tells who is looked for: " + phone.text()
    links = [link.get_attribute("href") for link in phone.driver.find_elements(By.CSS_SELECTOR, "main a")]
    about = next(link for link in links if "/seek/about/" in link)
    phone.walk(about[len(phone.base):], {"news": "believed_alive", "source": "saw", "place": "Sector 5", "text": "مع جارتنا"})
    room.carry()

    def told():
        return any(letter["type"] == "seen" and letter["body"]["news"] == "believed_alive" for letter in room.barid("basma", "inbox"))
    wait_until("who asked is told", told, 20, 0.3)
    phone.go("/seek?q=" + urllib.parse.quote("محمد"))
    assert "مُحَمَّد" in phone.text(), "a name with vowel marks is not found without"


def mistakes(room):
    """What is wrong is said beside what was written, which is still there; nothing is sent."""
    before = len(room.barid("person", "track"))
    phone = phone_of(room)
    phone.go("/safe?lang=en")
    phone.send({"people": "many", "place": "Sector 9", "text": "still here"})
    assert phone.path.startswith("/safe") and phone.driver.find_elements(By.CSS_SELECTOR, ".wrong"), phone.text()[:300]
    assert phone.fields("text")[0].get_attribute("value") == "still here" and phone.fields("place")[0].get_attribute("value") == "Sector 9"
    assert "{1}" not in phone.text(), "a sentence with a hole"
    phone.send({"people": "3", "org": [], "to": []})
    assert phone.path.startswith("/safe") and phone.driver.find_elements(By.CSS_SELECTOR, ".wrong"), "a letter to nobody"
    assert phone.fields("text")[0].get_attribute("value") == "still here"
    assert len(room.barid("person", "track")) == before, "something was sent"


def sent_once(room):
    """A double tap sends once; going back and loading again sends nothing."""
    phone = phone_of(room)
    before = len(room.barid("person", "track"))
    phone.go("/safe?lang=en")
    phone.fill({"people": "1", "text": "once", "org": ["Medics"], "to": []})
    phone.press(phone.button(), lambda button: ActionChains(phone.driver).double_click(button).perform())
    wait_until("the letter's page", lambda: phone.path.startswith("/m/"))
    letter = phone.path
    assert len(room.barid("person", "track")) == before + 1, "two taps sent %d letters" % (len(room.barid("person", "track")) - before)
    phone.driver.refresh()
    assert phone.path == letter
    phone.driver.back()
    phone.driver.forward()
    phone.driver.back()
    assert phone.driver.find_elements(By.CSS_SELECTOR, "main"), "an empty page behind"
    if phone.path.startswith("/safe"):
        phone.press(phone.button())  # a person's own third press: of the old form nothing, of a fresh one another letter
    assert len(room.barid("person", "track")) <= before + 2
    visitor = Browser(room.port)
    visitor.get("/safe")
    action, fields = visitor.filled({"people": "2", "text": "twice", "org": ["Medics"], "to": []})
    first = visitor.post(action, fields).header("location")
    again = visitor.post(action, fields)
    assert again.status == 303 and again.header("location").split("?")[0] == first.split("?")[0], (again.status, again.header("location"), first)
    assert sum(case["body"].get("text") == "twice" for case in room.relief("inbox", "--all")) <= 1


def way_back(room):
    """The browser's own way back through the questions: each is there with what was answered, and none asks to be sent again."""
    phone = phone_of(room)
    phone.go("/medevac?lang=en")
    phone.press(phone.fields("more")[0])
    phone.send({"yellow": "2"})
    phone.press(phone.fields("walk")[0])
    assert "Where are you?" in phone.text(), phone.text()[:200]
    for question in ("Can they walk?", "How many are hurt?", "How many are hurt?"):
        phone.driver.back()
        wait_until(question, lambda asked=question: asked in phone.text() and "Confirm" not in phone.text(), 15, 0.1)
    assert [field.get_attribute("value") for name in ("red", "yellow") for field in phone.fields(name)] == ["1", "2"], "the answers are lost"


def keyboard_alone(room):
    """Without a finger: every field and button is reached by the tab key, and what has the focus is marked."""
    phone = phone_of(room, scripts=True)
    phone.go("/safe?lang=en")
    wanted = len(phone.driver.find_elements(By.CSS_SELECTOR, "a[href], button, textarea, input:not([type=hidden])"))
    reached = set()
    for _ in range(wanted + 3):
        ActionChains(phone.driver).send_keys("\ue004").perform()
        reached.add(phone.says("document.activeElement.outerHTML.slice(0, 200)"))
        marked = phone.says("getComputedStyle(document.activeElement).outlineStyle !== 'none' || document.activeElement === document.body")
        assert marked, "nothing shows where one is: " + phone.says("document.activeElement.outerHTML.slice(0, 80)")
    assert len(reached) >= wanted - 2, "%d of %d" % (len(reached), wanted)


def secret_number(room):
    """A box with a secret number: nothing is shown before it, and again nothing after locking."""
    home, room.home = room.home, os.path.join(room.folder, "locked")
    child = room.serve()
    try:
        phone = phone_of(room)
        phone.go("/?lang=en")
        phone.send({"name": "Rana", "pin": "123456", "pin_again": "123457"})
        assert phone.driver.find_elements(By.CSS_SELECTOR, ".wrong"), "two different numbers are taken"
        phone.send({"name": "Rana", "pin": "123456", "pin_again": "123456"})
        phone.go("/inbox")
        assert not phone.fields("pin"), "locked right after it was made"
        phone = phone_of(room, scripts=True)
        phone.go("/inbox?lang=en")
        assert phone.fields("pin"), "another browser sees the letters"
        phone.send({"pin": "654321"})
        assert phone.driver.find_elements(By.CSS_SELECTOR, ".wrong") and phone.fields("pin"), "a wrong number opens"
        time.sleep(2)  # wrong numbers cost time
        phone.send({"pin": "123456"})
        assert not phone.fields("pin"), phone.text()[:200]
    finally:
        child.terminate()
        child.wait(10)
        room.home = home
        room.port = room.first_port


def box_letter(room, phone, name, pin, begins):
    """Somebody takes the phone, opens their letters or begins, writes one, and locks. What the phone showed of letters before they wrote."""
    phone.go("/start" if begins else "/unlock")
    phone.send({"name": name, "pin": pin, "pin_again": pin})
    assert not phone.fields("pin"), "%s does not get in: %s" % (name, phone.text()[:300])
    phone.go("/inbox")
    before = phone.text()
    phone.go("/safe")
    draft = phone.driver.find_element(By.TAG_NAME, "main").text + "".join(field.get_attribute("value") for field in phone.fields("text"))
    phone.send({"people": "2", "text": "a letter of " + name, "card": room.card})
    assert phone.path.startswith("/m/"), "%s cannot write: %s" % (name, phone.text()[:300])
    letter = phone.path[3:67]
    phone.go("/safe")
    phone.send({"people": "2", "text": "half a letter of " + name, "org": [], "to": []})  # to nobody: it waits
    phone.go("/settings")
    phone.press(phone.driver.find_elements(By.CSS_SELECTOR, "main form button")[0])
    assert phone.fields("pin"), "the lock does not lock: " + phone.text()[:200]
    return letter, before + draft


def clinics_box(room):
    """Two people, one box, one phone after the other: the splash in every language, an account each, nothing of one shown to the other."""
    child = room.serve("--people", os.path.join(room.folder, "people"))
    try:
        faults = []
        with open(os.environ["BARID_AXE"], encoding="utf-8") as file:
            axe = file.read()
        phone = phone_of(room, scripts=True, number=1)
        phone.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": axe})
        look_through(phone, ["/portal", "/start", "/unlock"], LANGUAGES, faults, "box-")
        assert not faults, "%d faults: %s" % (len(faults), "; ".join(sorted(set(faults))[:12]))
        phone = phone_of(room)
        phone.go("/portal?lang=en")
        phone.press(phone.button())
        assert "no internet here" not in phone.text() and phone.driver.find_elements(By.CSS_SELECTOR, "main form"), phone.text()[:200]
        amal, _ = box_letter(room, phone, "Amal", "123456", True)
        basma, seen = box_letter(room, phone, "Basma", "654321", True)
        assert "Amal" not in seen and amal not in phone.driver.page_source, "one sees what the other wrote: " + seen[:300]
        again, seen = box_letter(room, phone, "Amal", "123456", False)
        assert "Medics" in seen and "Basma" not in seen, "what Amal sees again: " + seen[:300]
        for path in ("/", "/inbox", "/m/" + amal, "/m/" + basma, "/m/" + again):
            phone.go(path)
            assert phone.fields("pin") and "Medics" not in phone.text(), path + " is open after the lock"
            phone.driver.back()
            assert "letter of" not in phone.text(), "the way back shows a letter"
    finally:
        child.terminate()
        child.wait(10)
        room.port = room.first_port


CASES = [first_letter, medical_help, other_letters, others_speak, weights_and_languages, every_page_in_every_language, mistakes, sent_once, way_back,
         keyboard_alone, secret_number, clinics_box]


def main():
    os.makedirs(PICTURES, exist_ok=True)
    room = Clinic()
    room.first_port, room.phones = room.port, {}
    os.environ.update({"TMPDIR": room.folder, "HOME": room.folder, "XDG_CONFIG_HOME": room.folder, "XDG_CACHE_HOME": room.folder})  # the browser's
    try:
        if sys.argv[1:] and "first_letter" not in sys.argv[1:]:
            Browser(room.port).begin()
            room.barid("person", "org", "trust", "-", text=room.card)
            room.barid("person", "safe", "--org", "Medics", "--send-now", "--text", "hello")
        return 1 if run_cases(CASES, room) else 0
    finally:
        for phone in room.phones.values():
            phone.end()
        room.end()


if __name__ == "__main__":
    sys.exit(main())
