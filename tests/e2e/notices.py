"""What a person's phone should say about a bus line, worked out from what has reached it: an oracle for plays, written from SPEC.md 10 alone."""

GOING = ("go", "complete", "safe")
STOPPING = ("stop", "cancel")


class Word:
    """One speaker's newest word on the line."""

    def __init__(self, speaker, organisation, role, verb, says, number):
        self.speaker, self.organisation, self.role = speaker, organisation, role
        self.verb, self.says, self.number = verb, says, number


class News:
    """All that has reached one device: the newest word of each speaker, and counts of people."""

    def __init__(self):
        self.words = {}
        self.counts = set()  # (people, role, organisation)

    def hear(self, other):
        for speaker, word in other.words.items():
            mine = self.words.get(speaker)
            if mine is None or mine.number < word.number:
                self.words[speaker] = word
        self.counts |= other.counts

    def state(self, word):
        others = [other for other in self.words.values() if other.speaker != word.speaker and other.role != "witness"]
        if word.says == "cancel":
            return "cancelled"
        if word.says not in GOING:
            return "current"
        if any(other.says in STOPPING for other in others):
            return "conflict"
        if word.says == "complete" and any(role != "witness" and organisation != word.organisation for _, role, organisation in self.counts):
            return "conflict"
        second = any(other.says == word.says and other.organisation != word.organisation for other in others)
        return "current" if second else "unconfirmed"

    def shown(self):
        return sorted((word.organisation, word.role, word.verb, word.says, self.state(word)) for word in self.words.values()
                      if word.role != "witness")

    def witnesses(self):
        return sorted(word.verb for word in self.words.values() if word.role == "witness")
