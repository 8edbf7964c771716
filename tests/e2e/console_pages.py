#!/usr/bin/python3
"""Every page of the console, each language, with a keeper that is played: weights, hostile text, roles, accessibility. See console.sh."""

import os
import re
import sys

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from console_room import HOSTILE, Keeper, case
from pages import PICTURES, Phone
from pages_room import LANGUAGES, Browser, run_cases

PATHS = ["/queue", "/case/M-0016", "/people", "/transport", "/map", "/publish", "/publish?kind=alert", "/publish?kind=headcount", "/export", "/audit",
         "/accounts", "/webhooks", "/help"]
SHOWN = ("en/queue", "ar/queue", "en/case/M-0016", "ar/case/M-0016", "ar/map", "en/publish")  # as pictures
PAGE_MAX = 64 << 10
QUEUE_PAGE = 50


def log_in(room, browser, name="Rana"):
    browser.get("/login")
    browser.submit({"name": name, "password": "long enough"}, form="/login")
    assert browser.last.status == 200 and browser.path == "/queue", (browser.last.status, browser.path)
    return browser


def nobody_is_in(room):
    """Without logging in there is nothing to see; a wrong password is told from none."""
    browser = Browser(room.port)
    for path in PATHS[:-1] + ["/", "/exercise", "/logout"]:
        first = browser.get(path, follow=False)
        where = path.partition("?")[0]
        assert (first.status, first.header("location")) == (303, "/login" + ("?next=" + where if where != "/" else "")), (path, first.status)
        page = browser.get(path).page
        assert [form["action"] for form in page.forms] == ["/login"], (path, page.text[:200])
        assert "Sector 4" not in browser.last.text and "Aleppo Medics" not in browser.last.text and "Rana" not in browser.last.text, path
    browser.submit({"name": "Rana", "password": "wrong"}, form="/login")
    assert "do not belong together" in browser.last.text and browser.last.status == 403
    browser.get("/map")
    browser.get(re.search(r'href="(\?lang=tr[^"]*)"', browser.last.text)[1].replace("&amp;", "&").join(["/login", ""]))
    browser.submit({"name": "Rana", "password": "long enough"}, form="/login")
    assert browser.path == "/map", "who asked for the map and changed the language comes to " + browser.path
    browser.submit({}, form="/logout")
    browser.get("/login?next=//evil.example/&lang=en")
    browser.submit({"name": "Rana", "password": "long enough"}, form="/login")
    assert browser.path == "/queue", browser.path
    browser.submit({}, form="/logout")
    log_in(room, browser)
    browser.submit({}, form="/logout")
    assert "logged out" in browser.last.text and "M-0016" not in browser.get("/queue").text


def weights_and_languages(room):
    """Each page in each language: under its budget, in its direction, nothing from elsewhere, no hole in a sentence."""
    browser, heaviest = log_in(room, Browser(room.port)), (0, "")
    for path in PATHS:
        for lang, direction in LANGUAGES.items():
            answer = browser.get(path + ("&" if "?" in path else "?") + "lang=" + lang)
            assert answer.status == 200, (path, lang, answer.status)
            heaviest = max(heaviest, (len(answer.body), path))
            head = next(attributes for tag, attributes in answer.page.tags if tag == "html")
            assert head == {"lang": lang, "dir": direction}, (path, head)
            assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", answer.text), path
            assert "{1}" not in answer.text and "{n}" not in answer.text, (path, lang)
            assert "<script" not in answer.text.lower(), path
            if lang == "ar":
                english = re.findall(r">([A-Za-z ]{14,})<", re.sub(r"<bdi.*?</bdi>|<style.*?</style>", "", answer.text, flags=re.S))
                assert not english, (path, english)
    assert heaviest[0] <= PAGE_MAX, heaviest
    print("      heaviest of the usual pages: %s, %.1f kB" % (heaviest[1], heaviest[0] / 1024), flush=True)


def a_full_queue(room):
    """Two hundred cases: fifty a page, in the order they came, each page under its budget; the last page says where one is."""
    kept, browser = room.cases, log_in(room, Browser(room.port))
    long = {"red": 2, "yellow": 1, "text": "ق" * 500}
    room.cases = {ref: case(ref, body=long) for ref in ("M-%04d" % n for n in range(200))}
    try:
        seen = []
        for lang in ("en", "ar"):
            browser.get("/queue?lang=" + lang)
            heavy = len(browser.last.body)
            assert heavy <= PAGE_MAX, heavy
        browser.get("/queue?lang=en")
        for _ in range(5):
            seen += re.findall(r'class="ref"[^>]*>(M-\d+)<', browser.last.text)
            further = re.search(r'href="(/queue\?from=[^"]*)">Next', browser.last.text)
            if not further:
                break
            browser.get(further[1].replace("&amp;", "&"))
        assert seen == list(room.cases), (len(seen), seen[:3])
        print("      a queue of %d a page weighs %.1f kB" % (QUEUE_PAGE, heavy / 1024), flush=True)
    finally:
        room.cases = kept


def a_long_story(room):
    """A case of very many letters, notes and acts stays under its budget, shows the newest first, and all of it if that is wanted."""
    browser, story = log_in(room, Browser(room.port)), room.do_case

    def long(name, words):
        found = story(name, words)[0]
        letter = found["letters"][0]
        found["letters"] = [dict(letter, body={"text": "letter %d " % n + "ق" * 700}) for n in range(128)]
        found["notes"] = [dict(found["notes"][0], text="note %d " % n + "ن" * 700) for n in range(60)]
        found["patients"] = [dict(found["patients"][0], number=n, injuries="leg " * 40) for n in range(1, 60)]
        found["history"] = [dict(found["history"][0], detail="act %d" % n) for n in range(300)]
        return [found]
    try:
        room.do_case = long
        for lang in ("en", "ar"):
            heavy = len(browser.get("/case/M-0016?lang=" + lang).body)
            assert heavy <= PAGE_MAX, heavy
        assert "letter 127 " in browser.last.text and "letter 3 " not in browser.last.text and "note 59 " in browser.last.text
        print("      its page weighs %.1f kB" % (heavy / 1024), flush=True)
        browser.get("/case/M-0016?all=1")
        for text in ("letter 0 ", "note 0 ", "act 0<"):
            assert text in browser.last.text, (text, len(browser.last.body), browser.last.status)
    finally:
        del room.do_case
    assert browser.get("/case/M-9998?lang=en").status == 404 and "no such case" in browser.last.text.lower()


def hostile_text(room):
    """What strangers wrote is text on every page, wherever it stands."""
    browser, kept = log_in(room, Browser(room.port)), room.cases
    evil = {"red": 1, "text": HOSTILE, "place": HOSTILE, "name": HOSTILE, "item": HOSTILE, "callback": HOSTILE}
    room.cases = {"M-0016": case("M-0016", body=evil, place=HOSTILE, **{"from": {"kind": "contact", "name": HOSTILE, "fingerprint": HOSTILE}},
                                 reasons=[{"code": "ran_out", "n": 60, "who": HOSTILE}], claim={
                                     "by": HOSTILE, "org": HOSTILE, "until": "", "mine": False, "ran_out": True, "ours": True})}
    room.people = [{"name": HOSTILE, "father": HOSTILE, "origin": HOSTILE, "age": HOSTILE, "sex": HOSTILE, "news": HOSTILE, "place": HOSTILE,
                    "refs": [], "records": [{"ref": HOSTILE, "kind": HOSTILE, "news": HOSTILE, "place": HOSTILE, "source": HOSTILE,
                                             "text": HOSTILE}]}]
    room.board = [{"line": HOSTILE, "verb": HOSTILE, "stop": HOSTILE, "org": HOSTILE, "says": HOSTILE, "state": HOSTILE, "text": HOSTILE,
                   "confirmed_by": [HOSTILE], "counts": {HOSTILE: 2}, "contradicted_by": [{"issuer": HOSTILE, "says": HOSTILE}]}]
    room.sectors = [{"sector": HOSTILE, "open": 1, "services": [HOSTILE], "hazards": [HOSTILE]}]
    try:
        for path in PATHS:
            answer = browser.get(path)
            assert "<script" not in answer.text and "\u202e" not in answer.text and "\x1b" not in answer.text, path
            assert "\u0301" * 5 not in answer.text and "'>" not in answer.text, path
            if path in ("/queue", "/case/M-0016", "/people", "/transport", "/map"):
                assert "&lt;script&gt;" in answer.text, "what was written is not shown on " + path
    finally:
        room.cases, room.people, room.board, room.sectors = kept, None, None, None


def refresh_on_the_queue_only(room):
    browser = log_in(room, Browser(room.port))
    for path in PATHS:
        assert bool(browser.get(path).header("refresh")) == (path == "/queue"), path


def loud_on_every_page(room):
    """The red case that nobody touches stands above everything, on every page and in its title, and leads to itself."""
    browser = log_in(room, Browser(room.port))
    for path in PATHS:
        text = browser.get(path).text
        assert "<title>(!1) " in text and text.index("class=\"loud\"") < text.index("<nav") and "/case/M-0016" in text, path
    room.loud = False
    browser.submit({"do": ""}, form="/logout")
    log_in(room, browser)
    browser.get("/help")
    room.loud = True
    assert "class=\"loud\"" not in browser.last.text


def forms_from_elsewhere(room):
    """What another site sends in the operator's name, or without a form of ours, does nothing."""
    browser = log_in(room, Browser(room.port))
    browser.get("/case/N-0032")
    action, fields = browser.filled({}, form="/case/N-0032")
    before = len([argv for argv in room.asked if argv[0] not in ("case", "queue", "status")])
    wanted = [("do", "close"), ("reason", "done"), ("revision", "1")]
    for answer in (browser.post(action, wanted), browser.post(action, [("token", "0" * 32)] + wanted),
                   browser.post(action, [fields[0]] + wanted, extra=["Origin: http://evil.example"]),
                   browser.post(action, [fields[0]] + wanted, extra=["Sec-Fetch-Site: cross-site"])):
        assert answer.status == 403, answer.status
    assert len([argv for argv in room.asked if argv[0] not in ("case", "queue", "status")]) == before, room.asked[-4:]


def places_after_a_click(room):
    """The exact place is asked for only when it is wanted."""
    browser = log_in(room, Browser(room.port))
    browser.get("/case/M-0016")
    assert "cellar" not in browser.last.text and ["case", "M-0016", "--look-only"] in room.asked
    form = next(form for form in browser.last.page.forms if ("input", "place") in [(tag, a.get("value")) for tag, a in form["fields"]])
    browser.post(form["action"], [(a["name"], a.get("value", "")) for _, a in form["fields"]])
    assert "cellar of the school" in browser.last.text and room.asked[-1] == ["case", "M-0016"], browser.last.status


def roles(room):
    """A viewer is shown no way to change anything, a triager none of the admin's."""
    try:
        room.role = "viewer"
        browser = log_in(room, Browser(room.port))
        browser.get("/case/M-0016")
        assert {form["action"] for form in browser.last.page.forms} == {"/exercise", "/logout"}
        assert "name=\"take\"" not in browser.get("/queue").text and "/audit" not in browser.last.text
        room.role = "triager"
        browser = log_in(room, Browser(room.port))
        assert "name=\"take\"" in browser.get("/queue").text and "/publish" not in browser.last.text
        assert "href=\"/accounts\" accesskey" not in browser.last.text
        assert browser.get("/accounts").text.count("type=\"password\"") == 1 and "Samir" not in browser.last.text, "more than one's own password"
        assert "precise" not in browser.get("/export").text
    finally:
        room.role = "admin"


def exercises(room):
    """The mode is told on every page, asks for exercises only, and still shows what is real and waits."""
    browser = log_in(room, Browser(room.port))
    browser.submit({}, form="/exercise")
    assert room.asked[-1] == ["queue", "--exercise"] and "Exercise mode. Only" in browser.last.text and "Not an exercise:" in browser.last.text
    for path in ("/people", "/transport", "/map"):
        assert "Exercise mode. Only" in browser.get(path).text and "--exercise" in room.asked[-1], path
    browser.get("/publish")
    browser.submit({"line": "1", "verb": "planned", "step": "check"}, form="/publish")
    browser.submit({"step": "go"}, form="/publish")
    published = next(argv for argv in reversed(room.asked) if argv[0] == "publish")
    assert "--exercise" in published and published[:6] == ["publish", "transport", "--line", "1", "--verb", "planned"], published
    browser.get("/queue")
    browser.submit({}, form="/exercise")
    assert room.asked[-1] == ["queue"]


def accessible(room):
    """axe-core finds nothing, in a language of each direction; nothing is asked from elsewhere."""
    room.cases["M-0016"].update(claim=None, state="new", loud=True)
    phone = Phone(room, scripts=True, width=1280, height=900)
    try:
        phone.go("/login?lang=en")
        with open(os.environ["BARID_AXE"], encoding="utf-8") as file:
            axe = file.read()
        found = audit(phone, axe, "/login")
        phone.send({"name": "Rana", "password": "long enough"})
        for lang in ("en", "ar"):
            for path in PATHS:
                phone.go(path + ("&" if "?" in path else "?") + "lang=" + lang)
                found += audit(phone, axe, lang + " " + path)
                wide = phone.says("document.documentElement.scrollWidth") - phone.says("innerWidth")
                assert wide <= 1, "%s %s is %d too wide" % (lang, path, wide)
                if lang + path in SHOWN:
                    phone.picture("console-%s-%s" % (path.strip("/").replace("/", "-"), lang), 1400)
        assert not found, found
        phone.screen(360, 640)
        for path in PATHS:
            phone.go(path)
            wide = phone.says("document.documentElement.scrollWidth") - phone.says("innerWidth")
            assert wide <= 1, "%s is %d too wide for a small screen" % (path, wide)
        asked = [url for url in phone.requests() if not url.startswith((phone.base, "data:", "chrome"))]
        assert not asked, asked
    finally:
        phone.end()


def two_at_once(room):
    """Two operators press "I take it" for what both were shown: one has it, the other is told who, and that nothing of theirs was done."""
    room.cases["M-0016"].update(claim=None, state="new", revision=7, loud=True)
    rana, samir = log_in(room, Browser(room.port)), log_in(room, Browser(room.port), "Samir")
    forms = []
    for one in (rana, samir):
        one.get("/queue")
        forms.append(one.filled({"take": "M-0016 7"}, form="/queue"))
    first = rana.post(*forms[0], follow=True)
    assert rana.path == "/case/M-0016?done=claim" and "You have it now" in first.text, (rana.path, first.status)
    second = samir.post(*forms[1])
    assert second.status == 409 and "was faster and has it now" in second.text and ">Rana</bdi>" in second.text, second.status
    assert "You have it" not in second.text
    again = rana.post(*forms[0])
    assert again.status == 303 and "again=1" in again.header("location"), "pressed twice, it is not taken twice"


def what_changed_meanwhile(room):
    """A form that was shown before somebody else changed the case does nothing, and says so; what was written is still there."""
    room.cases["N-0032"].update(claim=None, state="new", revision=3)
    browser = log_in(room, Browser(room.port))
    browser.get("/case/N-0032")
    room.do_reply = lambda _name, _words: {"code": 1, "say": "changed", "out": [dict(room.cases["N-0032"], refused="changed")]}
    form = next(form for form in browser.last.page.forms if ("textarea", "reply") in [(tag, a["name"]) for tag, a in form["fields"]])
    fields = [(a["name"], "still here" if a["name"] == "reply" else a.get("value", "")) for tag, a in form["fields"] if tag != "button"]
    answer = browser.post(form["action"], fields)
    assert answer.status == 409 and "changed while you were reading" in answer.text and ">\nstill here</textarea>" in answer.text
    assert room.asked[-2] == ["reply", "N-0032", "--if-revision", "3", "--text", "still here"], room.asked[-2]


def nothing_written_is_lost(room):
    """The session ends while an answer is being written: after logging in again it is there, and told that it was not sent."""
    browser = log_in(room, Browser(room.port))
    browser.get("/case/N-0032")
    form = next(form for form in browser.last.page.forms if ("textarea", "reply") in [(tag, a["name"]) for tag, a in form["fields"]])
    room.sessions.clear()
    fields = [(a["name"], "half an hour of work" if a["name"] == "reply" else a.get("value", "")) for tag, a in form["fields"] if tag != "button"]
    answer = browser.post(form["action"], fields, follow=True)
    assert "name=\"password\"" in answer.text and "half an hour" not in answer.text, answer.text[-800:]
    browser.submit({"name": "Rana", "password": "long enough"}, form="/login")
    assert browser.path == "/case/N-0032" and ">\nhalf an hour of work</textarea>" in browser.last.text, browser.path
    assert "not sent yet" in browser.last.text
    browser.get("/logout")
    browser.submit({}, form="/logout")
    log_in(room, browser, "Samir")
    assert "half an hour" not in browser.get("/case/N-0032").text, "what one operator wrote another sees on the same machine"


def keyboard_alone(room):
    """Without a mouse and without scripts of ours: everything is reached by Tab in a sane order, what has the focus is marked, Enter presses it."""
    room.cases["M-0016"].update(claim=None, state="new", revision=9, loud=True)
    phone = Phone(room, scripts=True, width=1280, height=900)
    keys = lambda text: ActionChains(phone.driver).send_keys(text).perform()
    focus = lambda: phone.says("document.activeElement.innerText || document.activeElement.name || ''").strip()
    try:
        phone.go("/login?lang=en")
        phone.send({"name": "Rana", "password": "long enough"})
        for path in ("/queue", "/case/M-0016", "/publish"):
            phone.go(path)
            wanted = len(phone.driver.find_elements(By.CSS_SELECTOR, "a[href], button, select, textarea, input:not([type=hidden]):not([type=radio])"))
            reached = []
            for _ in range(wanted + 12):
                keys(Keys.TAB)
                if phone.says("document.activeElement === document.body"):
                    break
                reached.append(phone.says("document.activeElement.outerHTML.slice(0, 120)"))
                marked = phone.says("getComputedStyle(document.activeElement).outlineStyle !== 'none'")
                assert marked, "nothing shows where one is: " + reached[-1]
            assert len(set(reached)) >= wanted - 12 and "class=\"skip\"" in reached[0], (path, len(set(reached)), wanted, reached[0])
            tops = phone.says("[...document.querySelectorAll('main a[href], main button')].filter(e => e.tabIndex > 0).length")
            assert tops == 0, "an order of its own on " + path
        phone.go("/queue")
        keys(Keys.TAB)
        keys(Keys.ENTER)
        assert phone.says("document.activeElement.id") == "main", "the skip link leads nowhere"
        for _ in range(60):
            keys(Keys.TAB)
            if focus() == "I take it":
                break
        phone.press(phone.driver.switch_to.active_element, lambda _button: keys(Keys.ENTER))
        assert phone.path == "/case/M-0016?done=claim", phone.path
        ActionChains(phone.driver).key_down(Keys.ALT).send_keys("r").key_up(Keys.ALT).perform()
        assert phone.says("document.activeElement.id") == "reply", focus()
    finally:
        phone.end()


def every_act_has_a_word(_room):
    """What the audit and a case's history call what was done, the pages can say in five languages."""
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")

    def read(path):
        with open(os.path.join(top, path), encoding="utf-8") as file:
            return file.read()
    known = set(re.findall(r'CODE\("did", "(\w+)"', read("node/words/codes.def"))) | {"note"}
    for path in ("node/relief/audit.c", "node/relief/notes.c", "node/relief/feed.c"):
        table = re.search(r"\bwords\[[A-Z_]*\] = \{(.*?)\};", read(path), re.S)[1]
        acts = {act for act in re.findall(r'"(\w+)"', table)}
        assert acts and acts <= known, (path, acts - known)


def audit(phone, axe, where):
    phone.driver.execute_script(axe)
    result = phone.driver.execute_async_script("axe.run(document, {resultTypes: ['violations']}).then(arguments[arguments.length - 1])")
    return ["%s: %s (%s) %s" % (where, one["id"], one["impact"], one["nodes"][0]["html"][:160]) for one in result["violations"]]


CASES = [every_act_has_a_word, nobody_is_in, weights_and_languages, a_full_queue, a_long_story, hostile_text, refresh_on_the_queue_only,
         loud_on_every_page, forms_from_elsewhere, places_after_a_click, roles, exercises, two_at_once, what_changed_meanwhile,
         nothing_written_is_lost, keyboard_alone, accessible]


def main():
    os.makedirs(PICTURES, exist_ok=True)
    room = Keeper()
    os.environ.update({"TMPDIR": room.folder, "HOME": room.folder, "XDG_CONFIG_HOME": room.folder, "XDG_CACHE_HOME": room.folder})  # the browser's
    try:
        return 1 if run_cases(CASES, room) else 0
    finally:
        room.end()


if __name__ == "__main__":
    sys.exit(main())
