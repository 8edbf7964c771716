"""What a device lets the air know, and whether two of its lives can be told to be one device's. Knows no radio: snoop.py and monitor.py fill it
in."""

from collections import defaultdict, namedtuple

GRAM = 4  # bytes that are too long to be the same by chance and for no reason
LONG_GRAM = 8  # the same for long random streams, in which four bytes do meet by chance

# free: what must be new in every life. raw: everything that was sent, to be searched for words that must never be there.
Emission = namedtuple("Emission", "device life kind free raw")
# kinds of which there is so much that chance has to be reckoned with
STREAMS = {"link", "wifi data"}


def grams(data, n):
    return {data[i:i + n] for i in range(len(data) - n + 1)}


def lives_of(emissions):
    """{device: {life: ({gram: kind} of what is short, {gram} of streams, {long gram} of streams)}}"""
    devices = defaultdict(lambda: defaultdict(lambda: ({}, set(), set())))
    for emission in emissions:
        short, stream, stream_long = devices[emission.device][emission.life]
        if emission.kind in STREAMS:
            stream |= grams(emission.free, GRAM)
            stream_long |= grams(emission.free, LONG_GRAM)
        else:
            for gram in grams(emission.free, GRAM):
                short.setdefault(gram, emission.kind)
    return devices


def survivors(emissions):
    """What is the same in two lives of a device: sentences, at most a few for each pair."""
    found = []
    for device, lives in sorted(lives_of(emissions).items()):
        names = sorted(lives)
        for i, one in enumerate(names):
            for other in names[i + 1:]:
                short, stream, stream_long = lives[one]
                short2, stream2, stream_long2 = lives[other]
                same = {gram: kind for gram, kind in short.items() if gram in short2 or gram in stream2}
                same.update({gram: kind for gram, kind in short2.items() if gram in stream})
                same.update({gram: "link" for gram in stream_long & stream_long2})
                found += ["%s: %s in its lives %s and %s (%s)" % (device, gram.hex(), one, other, kind) for gram, kind in sorted(same.items())[:4]]
        everywhere = set.intersection(*[life[1] for life in lives.values()]) if len(lives) > 2 else set()
        found += ["%s: %s in the streams of all its lives" % (device, gram.hex()) for gram in sorted(everywhere)[:4]]
    return found


def forbidden_words(emissions, words):
    """words: {what it is: bytes}. Sentences about those that were sent, also when cut in pieces."""
    sent = defaultdict(list)
    for emission in emissions:
        sent[(emission.device, emission.kind)].append(emission.raw)
    return sorted("%s sent %s (%s)" % (device, what, kind)
                  for (device, kind), parts in sent.items()
                  for whole in [b"".join(parts)]
                  for what, word in words.items() if word in whole)
