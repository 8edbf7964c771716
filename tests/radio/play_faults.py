"""What goes wrong with Bluetooth on real machines. After each: nothing acknowledged is lost, nothing is there twice, letters arrive once things are
back, the posts live on and do not spin."""

import signal
import time

from air import run
from phone import Watch, all_share, until

BURST = 300  # letters in flight when something breaks
PATIENCE = 90.0  # seconds after things are back
IDLE_SECONDS = 6.0
IDLE_CPU = 0.2  # share of a processor, of a slow virtual machine, that an idle post may use


def power(adapter, on):
    run("dbus-send", "--system", "--print-reply", "--dest=org.bluez", "/org/bluez/" + adapter, "org.freedesktop.DBus.Properties.Set",
        "string:org.bluez.Adapter1", "string:Powered", "variant:boolean:" + ("true" if on else "false"))


def pair(stage):
    """Two phones that are linked. They are the same for all these scenarios, unless one of those failed."""
    if not stage.phones or not all(phone.alive() for phone in stage.phones):
        stage.clear()
        for number in (1, 2):
            stage.phone("fault", number).start()
        stage.letters = []
    # Who has nothing to say to each other does not link.
    stage.letters += stage.phones[0].give(1)
    until("the two share a letter", lambda: all(phone.holds(len(stage.letters)) for phone in stage.phones), PATIENCE)
    return stage.phones


def play(stage, name, break_it, mend_it, pause=2.0):
    a, b = pair(stage)
    before = len(stage.letters)
    stage.letters += b.give(5)
    stage.letters += a.give(BURST, bucket=2)
    until("letters are crossing", lambda: b.status()["letters"] > before + 5, PATIENCE, 0.02)
    in_flight = not b.holds(len(stage.letters))
    break_it(a, b)
    time.sleep(pause)
    for phone in (a, b):
        if phone.alive():
            phone.give(1)
            stage.letters += list(phone.given - set(stage.letters))
    mend_it(a, b)
    watch = Watch()
    until("all letters are with both again", lambda: a.holds(len(stage.letters)) and b.holds(len(stage.letters)), PATIENCE)
    stage.note(**{name + "_back_s": watch.seconds(), name + "_in_flight": in_flight, "bluetoothd_restarts": stage.air.restarts})
    assert all_share([a, b], stage.letters), "letters are missing or there twice"
    assert a.alive() and b.alive(), "a post ended"


def bluetoothd_killed(stage):
    play(stage, "bluetoothd", lambda _a, _b: stage.air.kill_bluetoothd(), lambda _a, _b: stage.air.start_bluetoothd())


def adapter_switched_off(stage):
    play(stage, "power", lambda a, _b: power(a.adapter, False), lambda a, _b: power(a.adapter, True))


def airplane_mode(stage):
    play(stage, "rfkill", lambda _a, _b: run("rfkill", "block", "bluetooth"), lambda _a, _b: run("rfkill", "unblock", "bluetooth"))


def adapter_pulled_out(stage):
    play(stage, "unplug", lambda _a, _b: stage.air.unplug(), lambda _a, _b: stage.air.plug_in())


def walks_out_of_reach(stage):
    """In mid-letter, without a word: the controllers notice only after a while."""
    play(stage, "reach", lambda a, b: stage.air.reach("apart", a.adapter, b.adapter), lambda a, b: stage.air.reach("near", a.adapter, b.adapter))


def killed_in_mid_letter(stage):
    play(stage, "sigkill", lambda a, _b: a.kill(), lambda a, _b: a.start(), pause=0.0)


def peer_vanishes(stage):
    """A peer that stops in mid-letter without a word does not keep others from being served."""
    a, b = pair(stage)
    stage.letters += a.give(BURST, bucket=2)
    b.child.send_signal(signal.SIGSTOP)
    c = stage.phone("third", 3)
    watch = Watch()
    try:
        c.start()
        until("a third is served meanwhile", lambda: c.holds(len(stage.letters)), PATIENCE)
        stage.note(vanished_third_served_s=watch.seconds())
    finally:
        b.child.send_signal(signal.SIGCONT)
    until("the one that was away has all", lambda: b.holds(len(stage.letters)), PATIENCE)
    assert all_share([a, b, c], stage.letters), "letters are missing or there twice"
    stage.phones.remove(c)
    assert c.stop() == 0, "the third's post did not end well"


def nobody_spins(stage):
    a, b = pair(stage)
    time.sleep(2)
    before = [phone.cpu() for phone in (a, b)]
    time.sleep(IDLE_SECONDS)
    shares = [(phone.cpu() - was) / IDLE_SECONDS for phone, was in zip((a, b), before)]
    stage.note(idle_cpu_percent=max(shares) * 100)
    assert max(shares) < IDLE_CPU, "an idle post used %.0f %% of a processor" % (max(shares) * 100)
    # Without an adapter at all a post must be idle as well.
    power(a.adapter, False)
    time.sleep(1)
    before = a.cpu()
    time.sleep(IDLE_SECONDS)
    share = (a.cpu() - before) / IDLE_SECONDS
    power(a.adapter, True)
    assert share < IDLE_CPU, "a post without an adapter used %.0f %% of a processor" % (share * 100)


PLAYS = [(bluetoothd_killed, 240), (adapter_switched_off, 240), (airplane_mode, 240), (adapter_pulled_out, 240),
         (walks_out_of_reach, 240), (killed_in_mid_letter, 240), (peer_vanishes, 240), (nobody_spins, 150)]
