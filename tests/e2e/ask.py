#!/usr/bin/env python3
"""The pages that ask and show, as a browser without scripts meets them; started by ask.sh, which gives port, folder and programs."""

import json
import re
import subprocess
import sys
import time

from browser import Browser

PORT, ROOM, BIN = int(sys.argv[1]), sys.argv[2], sys.argv[3]
LANGS = ["ar", "kmr", "ckb", "tr", "en"]
PAGE_MAX = 14 * 1024
DIGITS = {"ar": "٠١٢٣٤٥٦٧٨٩", "ckb": "٠١٢٣٤٥٦٧٨٩"}


def check(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")


def run(program, home, *words, text=""):
    done = subprocess.run([f"{BIN}/{program}", "--home", f"{ROOM}/{home}", "--post", f"{ROOM}/a/ctl.sock", "--json", *words],
                          input=text, capture_output=True, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def barid(*words, text=""):
    return run("barid", "a", *words, text=text)


def relief(group, *words):
    return run("barid-relief", group, *words)


def soon(what, ask):
    """Repeats until it is so."""
    for _ in range(100):
        got = ask()
        if got:
            return got
        time.sleep(0.2)
    sys.exit(f"FAILED: {what}")


def page(browser, what):
    check(browser.status == 200, f"{what} answers {browser.status}")
    check(len(browser.text.encode()) <= PAGE_MAX, f"{what} weighs {len(browser.text.encode())} bytes")
    check("<script" not in browser.text, f"{what} has a script")
    check("javascript:" not in browser.text and not re.search(r' on[a-z]+="', browser.text), f"{what} runs something")
    check("·" not in browser.text, f"{what} has a dot that reads as the digit 0 in Arabic")
    check("{1}" not in browser.text and "{n}" not in browser.text, f"{what} shows a placeholder")
    return browser


def press(browser, name, value, fields=None, form=0):
    """Presses a button that is an answer."""
    check(f'name="{name}" value="{value}"' in browser.text, f"{browser.path} has no button {name}={value}")
    return browser.send(fields, add=[(name, value)], form=form)


def number(lang, n):
    return str(n).translate(str.maketrans("0123456789", DIGITS[lang])) if lang in DIGITS else str(n)


def begin():
    """A person with a name and without a secret number, and nobody known."""
    browser = Browser(PORT, "en").get("/medevac")
    browser.send({"name": "Amal"})
    check(browser.path == "/medevac", f"first use leads to {browser.path}")
    return browser


def contacts(browser):
    page(browser.get("/contacts"), "/contacts")
    check("No contacts yet" in browser.words() and "No relief group" in browser.words(), "contacts of a newcomer")
    page(browser.get("/contacts/add"), "/contacts/add")
    check("not a card" in browser.send({"card": ""}).words(), "an empty card")
    check("not a card" in browser.send({"card": "BARID:CARD:AAAA"}).words(), "a bad card")
    check("BARID:CARD:AAAA" in browser.text, "what was pasted is lost")
    own = barid("id")[0]["card"]
    browser.send({"card": own})
    check("your own card" in browser.send({"name": "me"}).words(), "one's own card")
    for group in ("Medics", "Buses"):
        with open(f"{ROOM}/{group}.card", encoding="utf-8") as card:
            browser.get("/contacts/add").send({"card": card.read()})
        check(group in browser.words() and "Only trust a card" in browser.words(), "whose card it is")
        browser.send()
        check(browser.path == "/contacts?added=1" and group in browser.words(), f"{group} is not trusted")
    with open(f"{ROOM}/bashar.card", encoding="utf-8") as card:
        text = card.read()
    browser.get("/contacts/add").send({"card": text})
    check("بشار" in browser.words(), "whose card it is")
    check("Write a name" in browser.send({"name": " "}).words(), "a contact without a name")
    check("name is too long" in browser.send({"name": "ع" * 33}).words(), "a name that is too long is called something else")
    around = f"My card:\r\n{text[:60]}\r\n{text[60:].strip()}\r\n\r\nBashar"
    check("بشار" in browser.get("/contacts/add").send({"card": around}).words(), "a card in a letter, broken into lines, is none")
    browser.send({"name": "Bashar <b>"})
    check("Bashar &lt;b&gt;" in browser.text and "Not checked yet" in browser.words(), "the contact is not shown")
    # The same name for somebody else.
    run("barid", "other", "init", "--name", "Other")
    browser.get("/contacts/add").send({"card": run("barid", "other", "id")[0]["card"]})
    check("already a contact with this name" in browser.send({"name": "Bashar <b>"}).words(), "a name that is taken")
    check(len(barid("contact", "list")) == 1 and len(barid("org", "list")) == 2, "other people are known than were added")


def compare(browser):
    person = barid("contact", "list")[0]
    page(browser.get(f"/contacts/person/{person['key']}"), "/contacts/person")
    check(person["fingerprint"] in browser.text and barid("id")[0]["fingerprint"] in browser.text, "the numbers to compare are not shown")
    browser.send()
    check("Checked" in browser.words() and barid("contact", "list")[0]["verified"] is True, "comparing changes nothing")
    check(browser.get("/contacts/person/00ff").status == 404, "a contact that is none")
    check(browser.get("/contacts/person/x").status == 404, "a contact that is none")


def own_card(browser, lang):
    page(browser.get(f"/contacts/qr?lang={lang}"), f"/contacts/qr in {lang}")
    card = re.search(r"<textarea[^>]*>\n?(BARID:CARD:[A-Z2-7]+)</textarea>", browser.text)[1]
    check("data:image/bmp;base64,Qk" in browser.text, f"there is no picture of the card in {lang}")
    check(run("barid", "a", "card", "-", text=card)[0]["fingerprint"] == barid("id")[0]["fingerprint"], "the card shown is somebody else's")


def medevac(browser, lang):
    """Three questions with the mistakes people make, and the letter as the relief group reads it."""
    before = len(relief("Medics", "inbox", "--all"))
    page(browser.get(f"/medevac?lang={lang}"), f"/medevac in {lang}")
    browser.send()
    check('class="wrong"' in browser.text and 'name="red"' in browser.text, f"nobody hurt in {lang}")
    browser.send({"red": "many", "yellow": "2"})
    check('class="wrong"' in browser.text and 'value="many"' in browser.text, f"a number that is none in {lang}")
    check(f'value="{number(lang, 2)}"' in browser.text, f"what was typed beside it is lost in {lang}")
    browser.send({"red": "٣", "yellow": "۲"}, add=[("more", "red")])
    check(f'value="{number(lang, 4)}"' in browser.text and 'class="wrong"' not in browser.text, f"one more in {lang}")
    browser.send(add=[("less", "red")])
    browser.send(add=[("less", "green")])
    check(f'value="{number(lang, 3)}"' in browser.text and f'value="{number(lang, 0)}"' in browser.text, f"one less in {lang}")
    page(browser.send(), "whether they can walk")
    press(browser, "walk", "some")
    browser.send({"carried": "6"})
    check('class="wrong"' in browser.text, f"more carried than hurt in {lang}")
    page(browser.send({"carried": number(lang, 4)}), "where")
    browser.send()
    check('class="wrong"' in browser.text and 'name="place"' in browser.text, f"no place in {lang}")
    press(browser, "sector", "4", {"place": "قرب المدرسة"}, form=0)
    check(browser.path.startswith("/inbox?sent=1") or browser.path.startswith("/m/"), f"in {lang} the letter leads to {browser.path}")
    cases = soon(f"nothing arrives in {lang}", lambda: len(relief("Medics", "inbox", "--all")) > before and relief("Medics", "inbox", "--all"))
    body = [case for case in cases if case["type"] == "medevac"][-1]["body"]
    check({name: body[name] for name in ("red", "yellow", "green", "litter", "walking")} ==
          {"red": 3, "yellow": 2, "green": 0, "litter": 4, "walking": 1}, f"the letter in {lang} says {body}")
    check(number(lang, 4) in body["place"] and "قرب المدرسة" in body["place"], f"the place in {lang} is {body['place']}")


def medevac_by_buttons(browser):
    """Nothing typed: three taps after the first page, and a detail more."""
    browser.get("/medevac?lang=en")
    browser.send(add=[("more", "red")])
    browser.send()
    press(browser, "walk", "none")
    check('name="org" value="Medics" checked' in browser.text, "the relief groups are not chosen beforehand")
    untick = [(name, value) for name, value in browser.forms()[0][1] if (name, value) != ("org", "Buses")]
    action = browser.forms()[0][0]
    browser.ask("POST", action, "&".join(f"{name}={value}" for name, value in untick + [("sector", "9")])).follow()
    check(browser.path.startswith("/m/") and "stay where it is safe" in browser.words(), f"the request leads to {browser.path}")
    more = re.search(r'href="(/medevac/[0-9a-f]+)"', browser.text)[1]
    page(browser.get(more), "/medevac/ID")
    check("Answer this first" in browser.send().words(), "an update that says nothing")
    browser.send({"children": "two"}, add=[("hazards", "fire")])
    check("not a number" in browser.words() and 'value="two"' in browser.text, "children that are no number")
    check(re.search(r'value="fire" checked', browser.text), "a tick is lost")
    browser.send({"children": "1", "text": "in the cellar"}, add=[("hazards", "sniper"), ("equip", "oxygen"), ("security", "possible")])
    check(browser.path.startswith("/m/") and "The details are sent" in browser.words(), f"the update leads to {browser.path}")
    check(browser.get("/medevac/zz").status == 404, "an update of nothing")
    body = soon("the update does not arrive",
                lambda: [case["body"] for case in relief("Medics", "inbox", "--all") if case["body"].get("text") == "in the cellar"])[-1]
    check(body["red"] == 1 and body["litter"] == 1 and body["children"] == 1 and body["security"] == "possible", f"the case says {body}")
    check(set(body["hazards"]) == {"fire", "sniper"} and body["equip"] == ["oxygen"], f"the case says {body}")


def way_back(browser):
    """Each question has an address of its own, so that the way back finds what was answered; what is answered anew counts."""
    browser.get("/medevac?lang=en")
    browser.send({"red": "3"}, add=[("more", "green")])
    check(browser.path == "/medevac", f"one more leads to {browser.path}")
    first = browser.filled({"red": "6"})
    browser.send()
    check(browser.path == "/medevac?step=walk" and "3 red 1 green" in browser.words(), f"{browser.path}: {browser.words()[:200]}")
    press(browser, "walk", "none")
    check(browser.path == "/medevac?step=where" and "3 red" in browser.words(), f"{browser.path}: {browser.words()[:200]}")
    check("not sent yet" not in browser.words(), "a letter that is being written is called kept")
    check("3 red" in page(browser.get("/medevac?step=walk"), "the way back").words(), "the way back to the second question")
    check('name="red" maxlength="9" autocomplete="off" value="3"' in browser.get("/medevac").text, "the way back to the first question")
    check("3 sor" in browser.get("/medevac?step=walk&lang=kmr").words(), "another language on the way loses the answers")
    browser.get("/?lang=en")
    browser.ask("POST", *first).follow()
    check("6 red" in browser.words() and "Already sent" not in browser.words(), "a form of before, with another number, does not count")
    check('href="/medevac?step=counts"' in browser.text and 'value="6"' in browser.get("/medevac?step=counts").text, "no way to change a number")
    for path in ("/medevac?step=where", "/medevac?step=carried", "/need?step=details", "/seek/new?step=last"):
        check(Browser(PORT, "en").get(path).status == 200, f"{path} without answers")
    press(browser.get("/need"), "sector", "water")
    check(browser.path == "/need?step=details" and 'href="/need?step=sector"' in browser.text, f"a need leads to {browser.path}")
    browser.send({"item": "clean", "quantity": "ten"})
    check('value="clean"' in browser.get("/").get("/need?kept=1").text and "not sent yet" in browser.words(), "what waits cannot be gone on with")
    check('href="/need?kept=1"' in browser.get("/").text, "the first page does not lead to what waits")
    press(browser.get("/need"), "sector", "food")
    check('value="clean"' not in browser.text, "another need begins with what was written of the one before")
    browser.get("/seek/new").send({"name": "Rima"})
    check(browser.path == "/seek/new?step=last" and 'value="Rima"' in browser.get("/seek/new?step=who").text, f"a search leads to {browser.path}")


def wrong_answers(browser):
    """What is wrong is called what it is, and blanks are nothing."""
    def says(sentence, what):
        check(sentence in browser.words() and browser.text.count('class="wrong"') == 1, f"{what}: {browser.words()[:300]}")
    browser.get("/safe?lang=en").send({"people": "1000000"})
    says("This number is too big. The most is 999999.", "too many people")
    browser.get("/medevac").send({"red": "٩٩٩٩٩٩٩"})
    says("This number is too big", "too many hurt")
    browser.get("/seek/new").send({"name": "Rima"})
    browser.send({"days": "3651"})
    says("too long ago. The most is 3650 days", "too many days")
    browser.get("/medevac").send({"red": "1"})
    press(browser, "walk", "all")
    browser.send({"place": "  "})
    says("Say where you are", "a place of blanks")
    browser.get("/write").send({"text": " \n "}, [("org", "Medics")])
    says("The letter is empty", "a letter of blanks")
    browser.send({"text": "ع" * 2000}, [("org", "Medics")])
    says("The text is too long", "the longest text that the page takes")
    check("عععع" in browser.text, "a text that is too long is lost")
    stranger = Browser(PORT, "en")
    stranger.ask("POST", "/safe", "people=1", {"Origin": None})
    check(stranger.status == 403 and stranger.text.count('class="wrong"') == 1, f"a form of nobody: {stranger.words()[:300]}")


def in_words(browser, what):
    """No answer is shown as the code it is sent as, in a language whose script is not that of codes."""
    codes = [value for value, text in re.findall(r'value="([^"]*)">\s*<span class="u">([^<]*)', browser.text) if re.search("[a-z]", text)]
    check(not codes, f"{what} shows {codes} in Arabic")


def need(browser, lang):
    before = len(relief("Buses", "inbox", "--all"))
    page(browser.get(f"/need?lang={lang}"), f"/need in {lang}")
    browser.ask("POST", *browser.filled(add=[("sector", "gold")])).follow()
    check('class="wrong"' in browser.text and 'value="water"' in browser.text, f"a need that is none in {lang}")
    page(press(browser, "sector", "medicine"), "what is needed")
    browser.send({"item": "insulin", "quantity": "ten"})
    check('class="wrong"' in browser.text and 'value="insulin"' in browser.text, f"a quantity that is none in {lang}")
    browser.send({"quantity": "١٠", "unit": "vials", "people": "4", "place": "Sector 4"})
    cases = soon(f"the need does not arrive in {lang}",
                 lambda: len(relief("Buses", "inbox", "--all")) > before and relief("Buses", "inbox", "--all"))
    body = [case for case in cases if case["type"] == "need"][-1]["body"]
    check(body["sector"] == ["medicine"] and body["quantity"] == 10 and body["item"] == "insulin" and body["people"] == 4, f"the need says {body}")


def seek(browser, lang):
    page(browser.get(f"/seek?lang={lang}"), f"/seek in {lang}")
    page(browser.get("/seek/new"), "/seek/new")
    browser.send({"father": "Omar"}, add=[("age", "child")])
    check('class="wrong"' in browser.text and 'value="Omar"' in browser.text, f"nobody is looked for in {lang}")
    check('value="child" checked' in browser.text, f"a choice is lost in {lang}")
    page(browser.send({"name": "ريما", "origin": "حمص"}, add=[("age", "child"), ("sex", "female")]), "where last seen")
    browser.send({"days": "long ago", "place": "bridge"})
    check('class="wrong"' in browser.text, f"days that are none in {lang}")
    check('value="bridge"' in browser.text and 'value="long ago"' in browser.text, f"what was typed is lost in {lang}")
    browser.send({"days": number(lang, 3)})
    check(browser.path.startswith("/inbox?sent=1"), f"the question leads to {browser.path}")


def answer_question(browser):
    """A friend asks; what is known is told, and what the friend tells is found by a name that is spelt otherwise."""
    with open(f"{ROOM}/amal.card", "w", encoding="utf-8") as card:
        card.write(barid("id")[0]["card"])
    run("barid", "bashar", "contact", "add", "Amal", f"{ROOM}/amal.card")
    run("barid", "bashar", "seek", "--to", "Amal", "--send-now", "--name", "مُحَمَّد", "--father", "علي")
    soon("the question does not come", lambda: "seek/about/" in browser.get("/seek?lang=en").text)
    check("مُحَمَّد" in browser.text and "father علي" in browser.words(), "whom the friend looks for")
    page(browser.get(re.search(r'href="(/seek/about/[0-9a-f]+)"', browser.text)[1]), "/seek/about/ID")
    check("Choose what you know" in browser.send({"place": "hospital"}).words() and 'value="hospital"' in browser.text, "news of nothing")
    browser.send(add=[("news", "believed_alive"), ("source", "saw")])
    check(browser.path.startswith("/m/"), f"the news leads to {browser.path}")
    body = soon("the news does not arrive", lambda: [letter["body"] for letter in run("barid", "bashar", "inbox") if letter["type"] == "seen"])[-1]
    check(body["news"] == "believed_alive" and body["source"] == "saw" and body["place"] == "hospital", f"the news says {body}")
    run("barid", "bashar", "seen", "--to", "Amal", "--send-now", "--name", "أحمد", "--news", "believed_alive", "--source", "heard")
    soon("the news does not come", lambda: "أحمد" in browser.get("/seek").text)
    page(browser.get("/seek?q=%D8%A7%D8%AD%D9%85%D8%AF"), "a search")
    check("1 found" in browser.words() and "/m/" in browser.text, f"a name without its hamza is not found: {browser.words()}")
    check("أحمد" in browser.words() and "alive – heard from others" in browser.words(), "what was found is not told")
    check("0 found" in browser.get("/seek?q=nobody").words(), "somebody is found who is not there")
    check(browser.get("/seek?q=-+--+").status == 200, "a search for dashes")


def board(browser):
    page(browser.get("/bus?lang=en"), "/bus without news")
    check("Nothing from the organisations" in browser.words(), "an empty board")
    relief("Buses", "publish", "transport", "--line", "9", "--verb", "departed", "--go")
    soon("the bus is not shown", lambda: "Line 9" in browser.get("/bus").words())
    check("GO" in browser.words() and "departed" in browser.words() and "Buses" in browser.words(), "what is said of line 9")
    check("Only one source, not confirmed" in browser.words(), "one source is not called so")
    relief("Medics", "publish", "transport", "--line", "9", "--verb", "departed", "--go")
    soon("two are not enough", lambda: "Confirmed by Medics" in browser.get("/bus").words())
    check("Only one source" not in browser.words(), "two sources are called one")
    relief("Medics", "publish", "transport", "--line", "9", "--verb", "turned-back", "--stop-notice")
    soon("a contradiction is not shown", lambda: "Medics says the opposite" in browser.get("/bus").words())
    check("Contradicted" in browser.words() and "STOP" in browser.words(), "a contradiction is not called so")
    relief("Medics", "publish", "alert", "--area", "Ramouseh <i>", "--headline", "the road is open", "--safe")
    soon("the alert is not shown", lambda: "the road is open" in browser.get("/alerts").words())
    check("SAFE" in browser.words() and "Ramouseh &lt;i&gt;" in browser.text, "the alert is not said as it is")
    for lang in LANGS:
        for path in ("/bus", "/alerts", "/bus?old=1"):
            browser.jar.pop("baridlang", None)
            page(browser.get(path + ("&" if "?" in path else "?") + f"lang={lang}"), f"{path} in {lang}")
            check('class="wrong"' in browser.text, f"doubt is not shown on {path} in {lang}")


def witness(browser):
    browser.get("/bus?lang=en")
    saw = re.search(r'href="(/bus/saw/[0-9a-f]+)"', browser.text)[1]
    page(browser.get(saw), "/bus/saw/ID")
    check("Line 9" in browser.words() and "Your name is not on it" in browser.words(), "what a witness is asked")
    check("you have none for today" in press(browser, "verb", "turned_back").words(), "a witness without a ticket")
    with open(f"{ROOM}/amal.card", encoding="utf-8") as card:
        check(card.read().startswith("BARID:"), "her card")
    relief("Buses", "role", "grant", "Amal", "--role", "marshal", "--card", f"{ROOM}/amal.card")
    soon("the tickets do not come", lambda: barid("inbox") is not None and any(role.get("tickets") for role in barid("role")) or
         "marshal" in json.dumps(barid("role")))
    press(browser.get(saw), "verb", "turned_back")
    check(browser.path.startswith("/bus?sent=1"), f"the word of a witness leads to {browser.path}: {browser.words()[:300]}")
    soon("the witness is not counted", lambda: "1 person there says: turned back" in browser.get("/bus").words())
    page(browser.get("/bus/saw/new"), "/bus/saw/new")
    check("Write which line" in press(browser, "verb", "arrived").words(), "a witness of no line")
    press(browser, "verb", "arrived", {"about": "77"})
    soon("a line that only witnesses know", lambda: "Line 77" in browser.get("/bus").words())
    check("1 person there says: arrived" in browser.words(), "what a lone witness says")
    page(browser.get("/alerts/saw/new"), "/alerts/saw/new")
    check("Write where it was" in browser.send({"event": "shelling"}).words(), "a witness of no place")
    check("Answer this first" in browser.send({"about": "bridge", "event": ""}).words(), "a witness of nothing")
    browser.send({"about": "bridge", "event": "<u>shelling"})
    soon("a danger that only witnesses know", lambda: "1 person there says: <u>shelling" in browser.get("/alerts").words())


REPORTS = {
    "incident": ({"place": "Sector 4", "red": "3", "text": "<b>"},
                 [("kind", "collapse"), ("hazards", "fire"), ("hazards", "uxo"), ("needed", "rescue")],
                 {"kind": "collapse", "hazards": ["uxo", "fire"], "needed": ["rescue"], "red": 3, "place": "Sector 4", "text": "<b>"}),
    "facility": ({"name": "H4", "beds": "3"}, [("open", "limited"), ("services", "surgery"), ("services", "blood"), ("lacks", "fuel")],
                 {"name": "H4", "open": "limited", "beds": 3, "services": ["surgery", "blood"], "lacks": ["fuel"]}),
    "headcount": ({"place": "Sector 4", "people": "400"}, [("source", "seen")], {"place": "Sector 4", "people": 400, "source": "seen"}),
}


def reports(browser, lang):
    """What is reported less often, with the mistakes people make, and as the relief group reads it."""
    page(browser.get(f"/report?lang={lang}"), f"/report in {lang}")
    for verb, (fields, ticks, wanted) in REPORTS.items():
        check(f'href="/report/{verb}"' in browser.get("/report").text, f"/report does not lead to {verb}")
        page(browser.get(f"/report/{verb}"), f"/report/{verb} in {lang}")
        if lang == "ar":
            in_words(browser, f"/report/{verb}")
        browser.send()
        check('class="wrong"' in browser.text, f"an empty {verb} is sent in {lang}")
        amount = next(name for name in fields if name in ("red", "beds", "people"))
        browser.send({**fields, amount: "many"}, ticks)
        check('class="wrong"' in browser.text and 'value="many"' in browser.text, f"a number that is none in {verb} in {lang}")
        browser.get(f"/report/{verb}")
        browser.send({**fields, amount: number(lang, fields[amount])}, ticks)
        check(browser.path == "/inbox?sent=1", f"{verb} in {lang} leads to {browser.path}: {browser.words()[:300]}")
        found = [case["body"] for case in relief("Medics", "inbox", "--all") if case["type"] == verb]
        said = [body for body in found if all(sorted(map(str, body.get(name) if isinstance(body.get(name), list) else [body.get(name)])) ==
                                              sorted(map(str, value if isinstance(value, list) else [value])) for name, value in wanted.items())]
        check(len(said) >= 1, f"the relief group reads {found} of {verb} in {lang}")


def patients(browser):
    """A patient beside a call for medical help, from the page of the letter."""
    letter = next(sent["id"] for sent in barid("track") if sent["type"] == "medevac")
    page(browser.get(f"/m/{letter}?lang=en"), "a call for medical help")
    check(f'href="/report/patient/{letter}"' in browser.text, "no way from a call to its patients")
    in_words(browser.get(f"/report/patient/{letter}?lang=ar"), "/report/patient")
    page(browser.get(f"/report/patient/{letter}?lang=en"), "/report/patient")
    check('name="org"' not in browser.text, "whoever gets it is asked though the call says it")
    browser.send({"number": "2", "injuries": "burns"}, [("triage", "red"), ("by", "medic")])
    check(browser.path.startswith("/m/"), f"a patient leads to {browser.path}: {browser.words()[:300]}")
    # The group shows patients with the case they belong to.
    calls = [case["ref"] for case in relief("Medics", "inbox", "--all") if case["type"] == "medevac"]
    check(any("burns" in json.dumps(relief("Medics", "show", ref)) for ref in calls), "the relief group does not read of the patient")
    for path in ("/report/patient/xyz", "/report/patient", "/report/nothing", "/report/incident/00ff"):
        check(browser.get(path).status == 404, f"{path} answers {browser.status}")


def whole_list(browser, path, pattern):
    """What a list shows on all its pages, each of them light."""
    found, follow = [], path
    while follow:
        page(browser.get(follow), follow)
        found += re.findall(pattern, browser.text)
        further = re.search(r'href="([^"]*from=[0-9]+)"', browser.text)
        follow = further and further[1].replace("&amp;", "&")
    return found


def crowd(browser):
    """Much of everything: nothing is left out, and no page is too heavy to be shown."""
    long = "ع" * 90
    browser.get("/?lang=ar")
    lines = [f"crowd-{n}" for n in range(24)]
    for line in lines:
        relief("Buses", "publish", "transport", "--line", line, "--verb", "departed", "--stop", long, "--reason", long, "--go")
    relief("Medics", "publish", "transport", "--line", lines[0], "--verb", "turned-back", "--reason", long, "--stop-notice")
    soon("the notices do not come", lambda: len([row for row in barid("bus", "list") if "crowd-" in row.get("line", "")]) == len(lines) + 1)
    shown = whole_list(browser, "/bus", "crowd-[0-9]+")
    check(sorted(shown) == sorted(lines), f"{len(shown)} of {len(lines)} lines: {shown}")
    check(len(whole_list(browser, "/bus?old=1", "crowd-[0-9]+")) == len(lines), "the old ones beside")
    for n in range(20):
        run("barid", f"crowd{n}", "init", "--name", f"crowd-{n}")
        barid("contact", "add", f"crowd-{n} {long[:20]}", "-", text=run("barid", f"crowd{n}", "id")[0]["card"])
    shown = whole_list(browser, "/contacts", "crowd-[0-9]+|>Bashar|<b><bdi[^>]*>(?:Medics|Buses)")
    check(len(shown) == 23, f"contacts: {shown}")
    letter = barid("safe", "--to", "Bashar <b>", "--send-now", "--text", "how are you")[0]["id"]
    soon("the letter does not come", lambda: any(one["id"] == letter for one in run("barid", "bashar", "inbox")))
    for n in range(14):
        run("barid", "bashar", "seek", "--to", "Amal", "--send-now", "--name", f"crowd-{n} {long}", "--father", long, "--text", long * 4)
        run("barid", "bashar", "reply", letter, "--send-now", "--text", f"crowd-{n} {long * 3}")
    soon("the letters do not come", lambda: len([one for one in barid("inbox") if "crowd-" in json.dumps(one["body"])]) == 28)
    found = set()
    browser.get("/seek?q=crowd")
    while further := re.search(r'name="from" value="([0-9]+)"', page(browser, "a search").text):
        found |= set(re.findall(r'href="(/(?:m|contacts)[^"]*)".{1,600}?crowd-[0-9]+', browser.text))
        check(len(found) <= 100, "a search without end")
        browser.get(f"/seek?q=crowd&from={further[1]}")
    check(len(found) > 24, f"not everything that was found is shown: {len(found)}")
    for path in ("/seek", f"/m/{letter}", "/inbox", "/"):
        page(browser.get(path), path)
        check(path == "/" or "crowd-13" in browser.text or "crowd-12" in browser.text, f"{path} does not show the newest")


def no_post(browser):
    """What no post has is not called sent."""
    subprocess.run(["kill", "-KILL", sys.argv[4]], check=True)
    soon("the post is still there", lambda: not barid("status"))
    browser.get("/medevac?lang=en").send({"red": "1", "yellow": "0", "green": "0"})
    press(browser, "walk", "all")
    press(browser, "sector", "1")
    for path in (browser.path, f"/m/{barid('track')[-1]['id']}?sent=1"):
        said = browser.get(path).words()
        check("Not sent yet: it waits on this device" in said and "Sent." not in said, f"{path} without a post: {said[:300]}")


def help_pages(browser):
    for lang in LANGS:
        page(browser.get(f"/help?lang={lang}"), f"/help in {lang}")
        check(browser.text.count("<h2>") == 5, f"/help in {lang} lacks something")
    check("Lock it, or erase everything" in browser.words(), "/help in English")


def hostile(browser):
    for path in ("/medevac", "/need", "/seek/new", "/contacts/add", "/bus/saw/new", "/alerts/saw/new", "/seek?q=%00", "/seek?q=%e2%80%ae%3Cb%3E"):
        browser.get(path + ("&" if "?" in path else "?") + "lang=en")
        check(browser.status in (200, 400), f"{path} answers {browser.status}")
        check("<b>x" not in browser.text and "\u202e" not in browser.text, f"{path} is not inert")
    browser.get("/seek/new")
    browser.send({"name": "\u202e<script>alert(1)</script>" + "a" + "\u0301" * 60})
    check("<script" not in browser.text, "a hostile name is markup")
    seen = re.sub(r'<input type="hidden"[^>]*>', "", browser.text)  # what is carried along unseen comes back as it was
    check("\u202e" not in seen and "\u0301" * 5 not in seen, "a hostile name is not inert")
    browser.get("/medevac")
    browser.ask("POST", "/medevac", f"token={browser.forms()[0][1][0][1]}&step=where&red=999999&walk=some&carried=9999999&sector=1")
    check(browser.status == 200 and 'name="red"' in browser.text, "numbers that do not fit are taken")


def main():
    browser = begin()
    contacts(browser)
    compare(browser)
    for lang in LANGS:
        own_card(browser, lang)
        medevac(browser, lang)
        need(browser, lang)
        seek(browser, lang)
        reports(browser, lang)
    patients(browser)
    medevac_by_buttons(browser)
    way_back(browser)
    wrong_answers(browser)
    answer_question(browser)
    board(browser)
    witness(browser)
    help_pages(browser)
    hostile(browser)
    crowd(browser)
    no_post(browser)


main()
