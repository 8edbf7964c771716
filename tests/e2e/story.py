"""The day that tests/e2e/story.sh plays."""

import datetime
import os
import pathlib
import sys

from town import Group, Town, Untrue, until

INJURED = "ثلاثة جرحى قرب المدرسة، قناص على الطريق"
PAGES = [f"page {number} of a long letter: " + "كل شيء كما كان " * 120 for number in range(60)]
ANSWER = "سيارة إسعاف في الطريق، ابقوا في القبو"
LADDER = ["saved", "carried", "gateway", "received", "opened", "assigned", "answered", "closed"]


def in_an_hour(hours):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%MZ")


class Day:
    def __init__(self, town):
        self.town = town
        self.shown = {}  # (device, letter) -> highest stage a person has seen

    def people(self):
        """Everybody's device. The carrier's clock has lost its battery and says 1970."""
        town = self.town
        self.medic = town.post("medic", "--lan", "all")
        self.mother = town.post("mother", "--lan", "all")
        self.son = town.post("son", "--lan", "all")
        self.carrier = town.post("carrier", "--lan", "all", clock="1970-01-02 00:00:00")
        self.clinic = town.post("clinic", "--lan", "all")
        self.gateway = town.post("gateway", "--gateway-listen", "10.47.0.1:7400", "--lan", "off")
        key = self.gateway.inside(os.path.join(os.environ["BARID_BIN"], "baridd"), "--home", self.gateway.home, "--show-key").stdout.strip()
        internet = ("--gateway", "10.47.0.1:7400", "--gateway-key", key)
        self.uplink = town.post("uplink", "--lan", "all", *internet)
        self.office = town.post("office", "--lan", "off", *internet)
        # The gateway and the office are on the internet all day, in another country.
        self.gateway.inside("ip", "link", "add", "internet", "type", "bridge")
        self.gateway.inside("ip", "link", "set", "internet", "up")
        self.gateway.inside("ip", "address", "add", "10.47.0.1/24", "dev", "internet")
        town.wire(self.gateway, self.office, (None, "10.47.0.2/24"))
        self.gateway.inside("ip", "link", "set", "w0", "name", "office", "master", "internet", "up")
        for post in town.posts:
            post.start()
        self.medics, self.buses = Group(self.office, "Medics"), Group(self.clinic, "Buses")
        for group in (self.medics, self.buses):
            group.does("org", "create", "--name", group.name)
        cards = [group.card() for group in (self.medics, self.buses)]
        for device, name in ((self.medic, "Rana"), (self.mother, "Amal"), (self.son, "Yusuf")):
            device.person("init", "--name", name)
            for card in cards:
                device.person("org", "trust", card)
        for writer, reader, name in ((self.mother, self.son, "Yusuf"), (self.son, self.mother, "Amal")):
            path = os.path.join(town.folder, name + ".card")
            with open(path, "w") as card:
                card.write(reader.person("id", "--card").stdout)
            writer.person("contact", "add", name, path)

    def contact(self, hour, a, b, text):
        """Two devices in reach of each other until they have exchanged everything."""
        self.town.meet(a, b)
        self.town.becomes(f"{a.name} and {b.name} have nothing more to say", lambda: self.town.exchanged(a, b))
        self.town.part()
        self.town.tell(hour, text)

    def stage(self, device, letter, wanted):
        """track tells exactly this stage, and never one lower than before."""
        track = device.says("track", letter)[0]
        before = self.shown.get((device.name, letter), "saved")
        self.town.hold(f"{device.name}'s letter does not go back from {before} to {track['stage']}",
                       LADDER.index(track["stage"]) >= LADDER.index(before))
        self.shown[(device.name, letter)] = track["stage"]
        self.town.hold(f"{device.name} is told '{wanted}', not '{track['stage']}'", track["stage"] == wanted)

    def bus(self, device, verb):
        """Exactly one current word about line 1, and it is this one."""
        lines = [line for line in device.says("bus", "list") if line["state"] == "current"]
        self.town.hold(f"{device.name} sees one current notice about line 1: {verb}, not {[(l['verb'], l['state']) for l in lines]}",
                       [line["verb"] for line in lines] == [verb] and lines[0]["issuer"] == "Buses")

    def dawn(self):
        town = self.town
        for hour, verb, words in (("05:00", "planned", "five o'clock, all wait at the bridge"), ("05:40", "boarding", "boarding"),
                                  ("06:15", "departed", "the first bus has left")):
            self.buses.does("publish", "transport", "--line", "1", "--verb", verb, "--stop", "Ramouseh", "--time", in_an_hour(1), "--reason", words)
            town.tell(hour, f"Buses, at the clinic: line 1 {verb}")
            if verb != "boarding":
                self.contact(hour, self.clinic, self.carrier, "  a man with a phone passes the clinic; his phone believes it is 1970")
                for phone in (self.medic, self.mother):
                    self.contact(hour, self.carrier, phone, f"  and passes {phone.name}'s door")
                    self.bus(phone, verb)
        self.buses.does("publish", "transport", "--line", "1", "--verb", "turned_back", "--reason", "shooting")
        town.tell("06:50", "Buses: line 1 has been turned back")
        self.contact("06:55", self.clinic, self.carrier, "  the carrier hears of it")
        for phone in (self.mother, self.son):
            self.contact("06:58", self.carrier, phone, f"  {phone.name} hears of it from him")
            self.bus(phone, "turned_back")
        self.bus(self.medic, "departed")
        town.tell("06:59", "the medic has not met anybody since: her phone still says 'departed', the newest word it has")

    def morning(self):
        town = self.town
        self.request = self.medic.says("medevac", "--org", "Medics", "--send-now", "--red", "1", "--yellow", "2", "--walking", "2", "--litter", "1",
                                       "--place", "Sector 4", "--hazard", "sniper", "--text", INJURED)[0]["id"]
        self.stage(self.medic, self.request, "saved")
        town.tell("07:00", f"the medic asks for an evacuation: 1 red, 2 yellow, sniper. “{INJURED}” Her phone says: saved")
        self.alive = self.mother.says("safe", "--to", "Yusuf", "--send-now", "--people", "4", "--place", "Sector 2",
                                      "--text", "نحن بخير")[0]["id"]
        town.tell("07:02", "the mother writes to her son that they live. Her phone says: saved")
        self.contact("07:10", self.medic, self.carrier, "the carrier passes the medic; what he carries now he cannot read")
        town.becomes("the medic is told that it is carried", lambda: self.medic.says("track", self.request)[0]["stage"] == "carried")
        self.stage(self.medic, self.request, "carried")
        self.bus(self.medic, "turned_back")
        self.contact("07:20", self.mother, self.carrier, "and the mother")
        town.tell("07:21", "the medic's phone says: carried; and that the buses turned back")

    def the_crash(self):
        town = self.town
        for page in PAGES:
            self.mother.person("send", "--to", "Yusuf", "--send-now", "--text", page)
        self.contact("07:50", self.mother, self.carrier, f"the mother had {len(PAGES)} more pages for her son")
        town.meet(self.carrier, self.clinic)
        until("they talk", lambda: self.clinic.status()["neighbours"] > 0, pause=0)
        self.clinic.kill()
        town.part()
        self.clinic.start()
        through = self.clinic.status()["letters"]
        town.tell("08:00", f"at the clinic's door the power fails: its post is killed with -9. {through} letters are there when it starts again")
        self.contact("08:10", self.carrier, self.clinic, "the power is back, the carrier still there: the rest comes over")

    def stick(self):
        town = self.town
        path = os.path.join(town.folder, "stick.barid")
        self.clinic.person("bundle", "export", path)
        self.uplink.person("bundle", "import", path)
        town.hold("the stick brought everything", town.same(self.uplink, self.clinic))
        town.tell("11:00", "the clinic's letters go by USB stick to the one phone that sometimes has the internet")

    def internet(self):
        town = self.town
        town.hold("nothing of this has reached the relief group yet", self.medics.does("inbox") == [])
        town.meet(self.uplink, self.gateway, ("10.47.0.3/24", None))
        self.gateway.inside("ip", "link", "set", "w0", "master", "internet")
        case = town.becomes("the request is in the relief group's inbox",
                            lambda: [case for case in self.medics.does("inbox") if case["id"] == self.request])[0]
        body = case["body"]
        read = [body[field] for field in ("text", "red", "yellow", "walking", "litter", "hazards", "place")]
        town.hold("the relief group reads what the medic wrote", read == [INJURED, 1, 2, 2, 1, ["sniper"], "Sector 4"])
        town.hold("it reads nothing that is the family's", len(self.medics.does("inbox", "--all")) == 1)
        town.tell("13:10", f"ten minutes of internet. At the office, case {case['ref']}: “{body['text']}”")
        self.medics.does("show", case["ref"])
        self.medics.does("claim", case["ref"], "--by", "Samir")
        self.medics.does("reply", case["ref"], "--by", "Samir", "--text", ANSWER)
        town.tell("13:15", f"Samir opens the case, takes it, and answers: “{ANSWER}”")
        town.becomes("the answer has come down", lambda: town.same(self.uplink, self.gateway) and town.same(self.office, self.gateway))
        town.part()
        town.tell("13:20", "the internet is gone")
        self.stage(self.medic, self.request, "carried")

    def evening(self):
        town = self.town
        self.contact("14:00", self.uplink, self.clinic, "the phone comes back to the clinic")
        self.contact("14:30", self.clinic, self.carrier, "the carrier comes by")
        town.hold("the carriers have dropped the request itself: its receipt fits", self.carrier.counters()["letters_purged"] == 1)
        self.contact("15:00", self.carrier, self.medic, "and passes the medic")
        self.stage(self.medic, self.request, "answered")
        history = [step["stage"] for step in self.medic.says("track", self.request)[0]["history"]]
        town.hold(f"every stage on the way is told: {history}", history == ["saved", "carried", "received", "opened", "assigned", "answered"])
        answers = [letter["body"]["text"] for letter in self.medic.says("inbox") if letter["body"].get("text") == ANSWER]
        town.hold("the medic reads the answer, once", answers == [ANSWER])
        town.tell("15:01", f"the medic's phone says: answered. “{answers[0]}”")
        self.buses.does("publish", "transport", "--line", "1", "--verb", "boarding", "--stop", "Ramouseh", "--reason", "buses are moving again")
        town.tell("16:00", "Buses: line 1 boards again")
        self.contact("16:10", self.clinic, self.carrier, "the carrier hears of it")
        for phone in (self.medic, self.mother, self.son):
            self.contact("16:30", self.carrier, phone, f"  and tells {phone.name}")
            self.bus(phone, "boarding")

    def night(self):
        town = self.town
        letters = self.son.says("inbox")
        alive = [letter for letter in letters if letter["id"] == self.alive]
        town.hold("the son reads that they live", alive and alive[0]["body"]["text"] == "نحن بخير")
        pages = sorted(letter["body"]["text"] for letter in letters if letter["type"] == "letter")
        town.hold(f"and every page, once: {len(pages)}", pages == sorted(PAGES))
        self.son.person("reply", self.alive, "--send-now", "--text", "الحمد لله")
        town.tell("21:00", "the son reads that his mother lives, and answers")
        self.contact("21:10", self.son, self.carrier, "the carrier takes it along")
        self.contact("21:30", self.carrier, self.mother, "  to the mother")
        self.stage(self.mother, self.alive, "answered")
        for post in town.posts:
            counters = post.counters()
            bad = {name: counters[name] for name in ("letters_malformed", "letters_full", "letters_rotten", "records_forged", "records_malformed",
                                                     "commits_failed") if counters[name]}
            town.hold(f"{post.name} met nothing bad on this day: {bad}", not bad)
        town.hold("the carrier's clock did say 1970", self.carrier.status()["time"].startswith("1970"))
        for post in (self.carrier, self.clinic, self.uplink, self.gateway):
            for path in pathlib.Path(post.home).rglob("*"):
                content = path.read_bytes() if path.is_file() else b""
                town.hold(f"{post.name} carried no word in clear", INJURED.encode() not in content and b"of a long letter" not in content)

    def play(self):
        self.people()
        self.dawn()
        self.morning()
        self.the_crash()
        self.stick()
        self.internet()
        self.evening()
        self.night()


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
