"""The day that tests/e2e/story.sh plays: one day of a siege, hour by hour, and what every phone shows at each of them."""

import datetime
import os
import pathlib
import sys

import flood
from notices import News, Word
from town import BIN, Group, Town, Untrue, run, until

INJURED = "ثلاثة جرحى قرب المدرسة، قناص على الطريق"
PAGES = [f"page {number} of a long letter: " + "كل شيء كما كان " * 120 for number in range(60)]
ANSWER = "سيارة إسعاف في الطريق، ابقوا في القبو"
LADDER = ["saved", "carried", "gateway", "received", "opened", "assigned", "answered", "closed"]
COUNTS = {"hadi": (4000, "witness"), "lina": (3500, "witness"), "huda": (5200, "announcer")}
FORGED = 1500  # letters from each of two phones
NAMES = ("Salim", "Nour", "Karim")
NAMES_OF = ("Rana", "Hadi", "Lina", "Huda", "Omar", "Amal", "Yusuf", "Khaled", "the clinic", "Umm Ali")


def in_an_hour(hours):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%MZ")


def today():
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.datetime(2016, 1, 1, tzinfo=datetime.timezone.utc)).days


class Day:
    def __init__(self, town):
        self.town = town
        self.shown = {}  # (device, letter) -> highest stage a person has seen
        self.news = {}   # device -> what has reached it
        self.numbers = 0

    def people(self):
        """Everybody's device. The carrier's clock has lost its battery and says 1970, and his phone has little room."""
        town = self.town
        self.medic = town.post("medic", "--lan", "all")
        self.hadi = town.post("hadi", "--lan", "all")
        self.lina = town.post("lina", "--lan", "all")
        self.huda = town.post("huda", "--lan", "all")
        self.marshal = town.post("marshal", "--lan", "all")
        self.mother = town.post("mother", "--lan", "all")
        self.son = town.post("son", "--lan", "all")
        self.carrier = town.post("carrier", "--lan", "all", "--store-max", "4M", clock="1970-01-02 00:00:00")
        self.forgers = [town.post("forger1", "--lan", "all"), town.post("forger2", "--lan", "all")]
        self.clinic = town.post("clinic", "--lan", "all")
        self.gateway = town.post("gateway", "--gateway-listen", "10.47.0.1:7400", "--lan", "off")
        key = self.gateway.inside(os.path.join(BIN, "baridd"), "--home", self.gateway.home, "--show-key").stdout.strip()
        internet = ("--gateway", "10.47.0.1:7400", "--gateway-key", key)
        self.uplink = town.post("uplink", "--lan", "all", *internet)
        self.office = town.post("office", "--lan", "off", *internet)
        # The gateway and the office are on the internet all day, in another country.
        self.gateway.inside("ip", "link", "add", "internet", "type", "bridge")
        self.gateway.inside("ip", "link", "set", "internet", "up")
        self.gateway.inside("ip", "address", "add", "10.47.0.1/24", "dev", "internet")
        town.wire(self.gateway, self.office, (None, "10.47.0.2/24"))
        self.gateway.inside("ip", "link", "set", "w0", "name", "office", "master", "internet", "up")
        self.news = {post: News() for post in town.posts}
        self.medics, self.buses = Group(self.office, "Medics"), Group(self.clinic, "Buses")
        for group in (self.medics, self.buses):
            group.post.start()
            group.does("org", "create", "--name", group.name)
            self.gateway.flags += ("--trust", group.card())  # nobody sits at the gateway: its settings name whom it believes
        for post in town.posts:
            if post.process is None:
                post.start()
        self.phones = [self.medic, self.hadi, self.lina, self.huda, self.marshal, self.mother, self.son]
        cards = [group.card() for group in (self.medics, self.buses)]
        for device, name in zip(self.phones + [self.carrier, self.clinic, self.uplink], NAMES_OF):
            device.person("init", "--name", name)
            for card in cards:
                device.person("org", "trust", card)
        run(os.path.join(BIN, "barid"), "--home", self.medics.home, "org", "trust", cards[1])
        for writer, reader, name in ((self.mother, self.son, "Yusuf"), (self.son, self.mother, "Amal")):
            writer.person("contact", "add", name, self.card_of(reader))

    def card_of(self, device):
        path = os.path.join(self.town.folder, device.name + ".person")
        with open(path, "w") as card:
            card.write(device.person("id", "--card").stdout)
        return path

    def roles(self):
        """The day before, in person: three medics, one of them an announcer too, and a bus marshal get tickets on a stick."""
        town = self.town
        for group, device, name, role in ((self.medics, self.medic, "Rana", "medic"), (self.medics, self.hadi, "Hadi", "medic"),
                                          (self.medics, self.lina, "Lina", "medic"), (self.medics, self.huda, "Huda", "announcer"),
                                          (self.buses, self.marshal, "Omar", "marshal")):
            group.does("role", "grant", name, "--role", role, "--card", self.card_of(device))
        for group, device, name in ((self.medics, self.medic, "Rana"), (self.medics, self.hadi, "Hadi"), (self.medics, self.lina, "Lina"),
                                    (self.medics, self.huda, "Huda"), (self.buses, self.marshal, "Omar")):
            path = os.path.join(town.folder, name + ".grant")
            group.does("ticket", "issue", name, "--out", path)
            device.person("role", "take", path)
        left = [role["left"] for role in self.medic.says("role") if role["role"] == "medic"]
        town.hold(f"the medic has tickets for today and two days more: {left}", left == [24, 24, 24])
        town.tell("04:30", "Medics and Buses have given tickets to three medics and a marshal; Huda may speak for Medics")

    def contact(self, hour, a, b, text):
        """Two devices in reach of each other until they have exchanged everything."""
        self.town.meet(a, b)
        self.town.becomes(f"{a.name} and {b.name} have nothing more to say", lambda: self.town.exchanged(a, b))
        self.town.part()
        self.heard(a, b)
        self.town.tell(hour, text)

    def heard(self, a, b):
        self.news[a].hear(self.news[b])
        self.news[b].hear(self.news[a])

    def says(self, device, speaker, organisation, role, verb, notice):
        self.numbers += 1
        self.news[device].words[speaker] = Word(speaker, organisation, role, verb, notice, self.numbers)

    def bus_lines(self, phone):
        return [line for line in phone.says("bus", "list") if line.get("line") == "1"]

    def every_phone(self, hour):
        """Each phone shows exactly what follows from what has reached it."""
        for phone in self.phones:
            lines = self.bus_lines(phone)
            spoken = sorted(tuple(line[name] for name in ("organisation", "role", "verb", "says", "state"))
                            for line in lines if line["role"] != "witness")
            self.town.hold(f"at {hour} {phone.name} shows {self.news[phone].shown()}, not {spoken}", spoken == self.news[phone].shown())
            witnesses = sorted(line["verb"] for line in lines if line["role"] == "witness")
            self.town.hold(f"at {hour} {phone.name} shows the witnesses {self.news[phone].witnesses()}, not {witnesses}",
                           witnesses == self.news[phone].witnesses())
            counts = {(line["body"]["people"], line["role"], line["organisation"])
                      for line in phone.says("headcounts") if line["type"] == "headcount"}
            self.town.hold(f"at {hour} {phone.name} shows the counts {self.news[phone].counts}, not {counts}", counts == self.news[phone].counts)

    def stage(self, device, letter, wanted):
        """track tells exactly this stage, and never one lower than before."""
        track = device.says("track", letter)[0]
        before = self.shown.get((device.name, letter), "saved")
        self.town.hold(f"{device.name}'s letter does not go back from {before} to {track['stage']}",
                       LADDER.index(track["stage"]) >= LADDER.index(before))
        self.shown[(device.name, letter)] = track["stage"]
        self.town.hold(f"{device.name} is told '{wanted}', not '{track['stage']}'", track["stage"] == wanted)

    def asks_for_help(self, device, *words):
        return device.says("medevac", "--org", "Medics", "--send-now", *words)[0]["id"]

    def signs_go(self, group, reason):
        group.does("publish", "transport", "--line", "1", "--verb", "boarding", "--stop", "Ramouseh", "--go", "--reason", reason)

    def round(self, hour, *phones):
        """The carrier goes from door to door."""
        for phone in phones:
            self.contact(hour, self.carrier, phone, f"  the carrier passes {phone.name}")

    def dawn(self):
        town = self.town
        for hour, verb, words in (("05:00", "planned", "five o'clock, all wait at the bridge"), ("05:40", "boarding", "boarding"),
                                  ("06:15", "departed", "the first bus has left")):
            self.buses.does("publish", "transport", "--line", "1", "--verb", verb, "--stop", "Ramouseh", "--time", in_an_hour(1), "--reason", words)
            self.says(self.clinic, "Buses", "Buses", "organisation", verb, "info")
            town.tell(hour, f"Buses, at the clinic: line 1 {verb}")
            if verb != "boarding":
                self.contact(hour, self.clinic, self.carrier, "  a man with a phone passes the clinic; his phone believes it is 1970")
                self.round(hour, self.medic, self.mother)
            self.every_phone(hour)
        self.buses.does("publish", "transport", "--line", "1", "--verb", "turned_back", "--reason", "shooting", "--stop-notice")
        self.says(self.clinic, "Buses", "Buses", "organisation", "turned_back", "stop")
        town.tell("06:50", "Buses: line 1 has been turned back")
        self.marshal.person("bus", "post", "--public", "--line", "1", "--verb", "turned-back", "--reason", "heard shooting", "--source", "heard",
                            "--send-now")
        self.says(self.marshal, "marshal", "Buses", "witness", "turned_back", "stop")
        town.tell("06:52", "a marshal of the buses witnesses: turned back, heard shooting. One ticket, no name")
        self.contact("06:55", self.clinic, self.carrier, "  the carrier hears of it")
        self.round("06:58", self.marshal, self.mother, self.son)
        self.every_phone("06:59")
        town.tell("06:59", "the medic has not met anybody since: her phone still says 'departed', the newest word it has")

    def morning(self):
        town = self.town
        self.request = self.asks_for_help(self.medic, "--red", "1", "--yellow", "2", "--walking", "2", "--litter", "1", "--place", "Sector 4",
                                          "--hazard", "sniper", "--text", INJURED)
        self.stage(self.medic, self.request, "saved")
        town.tell("07:00", f"the medic asks for an evacuation: 1 red, 2 yellow, sniper. “{INJURED}” Her phone says: saved")
        self.alive = self.mother.says("safe", "--to", "Yusuf", "--send-now", "--people", "4", "--place", "Sector 2",
                                      "--text", "نحن بخير")[0]["id"]
        town.tell("07:02", "the mother writes to her son that they live. Her phone says: saved")
        self.three_more = self.asks_for_help(self.hadi, "--red", "3", "--place", "Sector 5", "--text", "three more")
        self.cry = self.asks_for_help(self.mother, "--yellow", "1", "--place", "Sector 2", "--text", "my neighbour")
        town.tell("07:05", "another medic: three more. And the mother, who has no ticket, cries for help for a neighbour")
        self.contact("07:10", self.medic, self.carrier, "the carrier passes the medic; what he carries now he cannot read")
        town.becomes("the medic is told that it is carried", lambda: self.medic.says("track", self.request)[0]["stage"] == "carried")
        self.stage(self.medic, self.request, "carried")
        self.round("07:20", self.mother, self.hadi)
        self.every_phone("07:21")

    def the_flood(self):
        town = self.town
        for page in PAGES:
            self.mother.person("send", "--to", "Yusuf", "--send-now", "--text", page)
        self.contact("07:50", self.mother, self.carrier, f"the mother had {len(PAGES)} more pages for her son")
        for forger in self.forgers:
            path = os.path.join(town.folder, forger.name + ".bundle")
            flood.bundle(path, FORGED, today(), 3)
            forger.person("bundle", "import", path)
            self.contact("08:00", forger, self.carrier, f"a phone with {FORGED} forged urgent letters meets the carrier, whose store is full now")
        held = self.carrier.status()
        town.hold(f"the carrier's store is full: {held['store_bytes']}", held["store_bytes"] > held["store_max"] * 9 // 10)

    def the_crash(self):
        town = self.town
        town.meet(self.carrier, self.clinic)
        until("they talk", lambda: self.clinic.status()["neighbours"] > 0, pause=0)
        self.clinic.kill()
        town.part()
        self.clinic.start()
        through = self.clinic.status()["letters"]
        town.tell("08:20", f"at the clinic's door the power fails: its post is killed with -9. {through} letters are there when it starts again")
        self.contact("08:30", self.carrier, self.clinic, "the power is back, the carrier still there: the rest comes over")

    def contradiction(self):
        town = self.town
        self.buses.does("publish", "transport", "--line", "1", "--verb", "departed", "--reason", "evacuation complete", "--complete")
        self.says(self.clinic, "Buses", "Buses", "organisation", "departed", "complete")
        town.tell("09:00", "Buses alone: evacuation complete")
        self.contact("09:05", self.clinic, self.carrier, "  the carrier hears of it")
        self.round("09:10", self.son)
        self.every_phone("09:10")
        for device in (self.hadi, self.lina, self.huda):
            people, role = COUNTS[device.name]
            device.person("headcount", "--public", "--place", "Sector 4", "--people", str(people), "--source", "seen", "--send-now")
            self.news[device].counts.add((people, role, "Medics"))
            town.tell("09:30", f"{device.name} counts {people} people who are still here")
        self.round("09:40", self.hadi, self.lina, self.huda, self.mother, self.son)
        self.every_phone("09:45")
        contradicted = [line for line in self.bus_lines(self.son) if line["says"] == "complete"][0]["contradicted_by"]
        town.hold("the son's phone names what contradicts 'complete'", len(contradicted) >= 3)
        self.huda.person("bus", "post", "--public", "--line", "1", "--verb", "turned-back", "--reason", "the road is under fire", "--stop-notice",
                         "--send-now")
        self.says(self.huda, "huda", "Medics", "announcer", "turned_back", "stop")
        town.tell("11:00", "Huda, for Medics: STOP, the road is under fire")
        self.round("11:10", self.huda, self.mother, self.medic)
        self.every_phone("11:15")

    def stick(self):
        town = self.town
        self.contact("11:30", self.carrier, self.clinic, "the carrier comes by the clinic")
        path = os.path.join(town.folder, "stick.barid")
        self.clinic.person("bundle", "export", path)
        self.uplink.person("bundle", "import", path)
        self.news[self.uplink].hear(self.news[self.clinic])
        town.tell("12:00", "the clinic's letters go by USB stick to the one phone that sometimes has the internet")

    def internet(self):
        town = self.town
        town.hold("nothing of this has reached the relief group yet", self.medics.does("inbox") == [])
        town.meet(self.uplink, self.gateway, ("10.47.0.3/24", None))
        self.gateway.inside("ip", "link", "set", "w0", "master", "internet")
        cases = town.becomes("the requests are in the relief group's inbox", self.three_cases)
        self.heard(self.uplink, self.gateway)
        body = cases[self.request]["body"]
        read = [body[field] for field in ("text", "red", "yellow", "walking", "litter", "hazards", "place")]
        town.hold("the relief group reads what the medic wrote", read == [INJURED, 1, 2, 2, 1, ["sniper"], "Sector 4"])
        verified = [cases[case]["verified"] for case in (self.request, self.three_more, self.cry)]
        town.hold(f"and who is known to be a medic: {verified}", verified == ["medic", "medic", "no"])
        town.hold("it reads nothing that is the family's", len(self.medics.does("inbox", "--all")) == 3)
        town.tell("13:10", f"ten minutes of internet. At the office, {len(cases)} cases; {cases[self.request]['ref']}: “{body['text']}”")
        for letter in (self.request, self.three_more):
            self.medics.does("show", cases[letter]["ref"])
            self.medics.does("claim", cases[letter]["ref"], "--by", "Samir")
        self.medics.does("reply", cases[self.request]["ref"], "--by", "Samir", "--text", ANSWER)
        self.signs_go(self.medics, "agreed again from 16:00")
        self.says(self.office, "Medics", "Medics", "organisation", "boarding", "go")
        town.tell("13:15", f"Samir takes two cases and answers: “{ANSWER}”. Medics sign: line 1 may go again")
        town.becomes("the answer has come down", lambda: town.same(self.uplink, self.gateway) and town.same(self.office, self.gateway))
        for device in (self.gateway, self.uplink):
            self.heard(device, self.office)
        town.part()
        town.tell("13:20", "the internet is gone")
        self.stage(self.medic, self.request, "carried")

    def three_cases(self):
        cases = {case["id"]: case for case in self.medics.does("inbox")}
        return cases if all(letter in cases for letter in (self.request, self.three_more, self.cry)) else None

    def evening(self):
        town = self.town
        self.contact("14:00", self.uplink, self.clinic, "the phone comes back to the clinic")
        self.contact("14:30", self.clinic, self.carrier, "the carrier comes by")
        purged = self.carrier.counters()["letters_purged"]
        town.hold(f"the carriers have dropped the three requests: their receipts fit ({purged})", purged == 3)
        self.round("15:00", self.medic)
        self.stage(self.medic, self.request, "answered")
        history = [step["stage"] for step in self.medic.says("track", self.request)[0]["history"]]
        town.hold(f"every stage on the way is told: {history}", history == ["saved", "carried", "received", "opened", "assigned", "answered"])
        answers = [letter["body"]["text"] for letter in self.medic.says("inbox") if letter["body"].get("text") == ANSWER]
        town.hold("the medic reads the answer, once", answers == [ANSWER])
        town.tell("15:01", f"the medic's phone says: answered. “{answers[0]}”")
        self.every_phone("15:01")
        self.signs_go(self.buses, "buses are moving again")
        self.says(self.clinic, "Buses", "Buses", "organisation", "boarding", "go")
        town.tell("16:00", "Buses sign too: line 1 goes")
        self.contact("16:05", self.clinic, self.carrier, "  the carrier hears of it")
        self.round("16:10", self.mother, self.huda)
        self.every_phone("16:10")
        town.tell("16:11", "two organisations say GO, but Huda's STOP stands: nobody is told to go")
        self.huda.person("bus", "post", "--public", "--line", "1", "--verb", "boarding", "--reason", "the road is quiet", "--send-now")
        self.says(self.huda, "huda", "Medics", "announcer", "boarding", "info")
        self.round("16:30", self.huda, self.mother, self.son, self.hadi)
        self.every_phone("16:30")
        town.hold("the mother's phone says GO, confirmed by two",
                  any(line["says"] == "go" and line["state"] == "current" and line["confirmed_by"] for line in self.bus_lines(self.mother)))
        town.tell("16:31", "Huda withdraws her STOP: now every phone that heard of it says GO, two organisations")

    def capture(self):
        """A medic's phone is taken, unlocked."""
        town = self.town
        forged = self.asks_for_help(self.medic, "--red", "9", "--place", "the checkpoint", "--text", "come here")
        town.tell("17:00", "the medic's phone is taken. Whoever has it asks for an ambulance to come to the checkpoint")
        share = self.hadi.person("role", "revoke", "Rana").stdout.strip().splitlines()[-1]
        self.lina.person("role", "revoke", "Rana", "--with", share)
        town.tell("17:05", "Hadi and Lina put their shares together and revoke her tickets from today on")
        self.round("17:10", self.lina)
        self.contact("17:20", self.carrier, self.medic, "the carrier passes the checkpoint: he hears the false request and passes on the revocation")
        later = self.asks_for_help(self.medic, "--red", "9", "--place", "the checkpoint", "--text", "again")
        self.contact("17:30", self.carrier, self.medic, "  and another false one")
        self.contact("17:40", self.carrier, self.clinic, "the carrier comes by the clinic")
        self.false_letters = (forged, later)

    def night(self):
        town = self.town
        letters = self.son.says("inbox")
        alive = [letter for letter in letters if letter["id"] == self.alive]
        town.hold("the son reads that they live", alive and alive[0]["body"]["text"] == "نحن بخير")
        pages = sorted(letter["body"]["text"] for letter in letters if letter["type"] == "letter")
        town.hold(f"and every page, once, in spite of the flood: {len(pages)}", pages == sorted(PAGES))
        self.asked = self.mother.says("send", "--to", "Yusuf", "--send-now", "--text", "Have you heard of " + ", ".join(NAMES) + "?")[0]["id"]
        self.son.person("reply", self.alive, "--send-now", "--text", "الحمد لله")
        town.tell("21:00", f"the son reads that his mother lives, and answers. She asks about three names: {', '.join(NAMES)}")
        self.round("21:10", self.son, self.mother, self.son)
        town.hold("the son reads her question", any(letter["id"] == self.asked for letter in self.son.says("inbox")))
        for name in NAMES[:2]:
            self.son.person("reply", self.asked, "--send-now", "--text", f"{name} is with us")
        self.round("21:30", self.son, self.mother)
        answers = sorted(letter["body"]["text"] for letter in self.mother.says("inbox") if "is with us" in letter["body"].get("text", ""))
        town.hold("the mother reads two answers", answers == sorted(f"{name} is with us" for name in NAMES[:2]))
        self.stage(self.mother, self.alive, "answered")
        self.every_phone("21:30")

    def the_next_noon(self):
        """What the relief group learns a day later: the requests of the taken phone are there, and are worth nothing."""
        town = self.town
        path = os.path.join(town.folder, "stick2.barid")
        self.clinic.person("bundle", "export", path)
        self.uplink.person("bundle", "import", path)
        town.meet(self.uplink, self.gateway, ("10.47.0.3/24", None))
        self.gateway.inside("ip", "link", "set", "w0", "master", "internet")
        town.becomes("everything has come up", lambda: town.same(self.uplink, self.gateway) and town.same(self.office, self.gateway))
        cases = {case["id"]: case for case in self.medics.does("inbox")}
        for letter in self.false_letters:
            town.hold(f"nobody takes it for a medic's: {cases[letter]['verified']}", cases[letter]["verified"] == "no")
        town.part()
        town.tell("13:00", "the next day's internet: the requests of the taken phone are there, marked as nobody's")

    def in_the_end(self):
        town = self.town
        for post in town.posts:
            counters = post.counters()
            bad = {name: counters[name] for name in ("letters_malformed", "letters_rotten", "records_forged", "records_malformed",
                                                     "commits_failed") if counters[name]}
            town.hold(f"{post.name} met nothing spoilt on this day: {bad}", not bad)
        town.hold("the carrier's clock did say 1970", self.carrier.status()["time"].startswith("1970"))
        for post in (self.carrier, self.clinic, self.uplink, self.gateway):
            for path in pathlib.Path(post.home).rglob("*"):
                content = path.read_bytes() if path.is_file() else b""
                town.hold(f"{post.name} carried no word in clear", INJURED.encode() not in content and b"of a long letter" not in content)

    def play(self):
        self.people()
        self.roles()
        self.dawn()
        self.morning()
        self.the_flood()
        self.the_crash()
        self.contradiction()
        self.stick()
        self.internet()
        self.evening()
        self.capture()
        self.night()
        self.the_next_noon()
        self.in_the_end()


def main():
    town = Town()
    untrue = None
    try:
        Day(town).play()
    except (Untrue, OSError, KeyError, IndexError, ValueError) as problem:
        untrue = f"{type(problem).__name__}: {problem}"
    problems = town.end(keep=untrue is not None)
    if untrue or problems:
        print(f"UNTRUE: {untrue or problems}", file=sys.stderr)
        return 1
    print(f"Everything said that day was true ({town.checks} checks).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
