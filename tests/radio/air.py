"""The radios of the lab and the system's daemons for them: virtual controllers, bluetoothd, virtual Wi-Fi cards, one wpa_supplicant for each."""

import os
import signal
import socket
import subprocess
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = os.environ["BARID_RADIO_WORK"]
RUN = "/run/radio-lab"

# What doctor asks an installer for, and what a system has that a crowd should not be able to follow.
BLUETOOTHD = """[General]
ControllerMode = %s
Privacy = device
Name = device
ReverseServiceDiscovery = false
DeviceID = false
[GATT]
Cache = no
"""
WPA_SUPPLICANT = """ctrl_interface=/run/wpa_supplicant
auto_uuid=1
device_name=radio-lab-host
serial_number=radio-lab-serial
p2p_interface_random_mac_addr=1
mac_addr=1
preassoc_mac_addr=1
gas_rand_mac_addr=1
rand_addr_lifetime=600
"""


BLUETOOTHDS = ("/usr/libexec/bluetooth/bluetoothd", "/usr/sbin/bluetoothd")


class Trouble(Exception):
    """The lab itself does not work."""


def until(what, truth, seconds=20.0, step=0.1):
    """Waits for truth() to give something, and gives it back."""
    end = time.monotonic() + seconds
    while True:
        value = truth()
        if value:
            return value
        if time.monotonic() > end:
            raise Trouble("not within %g seconds: %s" % (seconds, what))
        time.sleep(step)


def run(*words, check=True, seconds=20):
    result = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds)
    if check and result.returncode != 0:
        raise Trouble("%s ended with %d: %s" % (" ".join(words), result.returncode, result.stdout.strip()))
    return result.stdout


def spawn(name, *words, **options):
    """A program in the background. Its log is NAME.log in the work folder, its process number in RUN/NAME.pid."""
    with open(os.path.join(WORK, name + ".log"), "ab") as log:
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
    with open(os.path.join(RUN, name + ".pid"), "w", encoding="ascii") as note:
        note.write("%d\n" % child.pid)
    return child


def drop_groups():
    """Takes away the interfaces that Wi-Fi Direct groups which ended badly have left; a card's own interface stays."""
    for name in os.listdir("/sys/class/net"):
        if name.startswith("p2p-"):
            run("iw", "dev", name, "del", check=False)


def end(child, how=signal.SIGTERM):
    if child and child.poll() is None:
        child.send_signal(how)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def setting(path, name):
    """One property of a BlueZ adapter as text, None if there is no such object."""
    answer = run("dbus-send", "--system", "--print-reply=literal", "--dest=org.bluez", path, "org.freedesktop.DBus.Properties.Get",
                 "string:org.bluez.Adapter1", "string:" + name, check=False)
    return None if answer.startswith("Error") else answer.split()[-1]


class Air:
    """Call up() once. Every daemon can be ended and started again on its own."""

    def __init__(self, adapters, cards, mode="le"):
        self.adapters = ["hci%d" % i for i in range(adapters)]
        self.cards = ["wlan%d" % i for i in range(cards)]
        self.mode = mode
        self.bus = self.hostnamed = self.controllers = self.bluetoothd = None
        self.supplicants = {}
        self.wanted, self.restarts = False, 0  # of bluetoothd

    def up(self):
        os.makedirs(RUN, exist_ok=True)
        os.makedirs("/run/dbus", exist_ok=True)
        with open(os.path.join(RUN, "main.conf"), "w", encoding="ascii") as file:
            file.write(BLUETOOTHD % self.mode)
        with open(os.path.join(RUN, "wpa.conf"), "w", encoding="ascii") as file:
            file.write(WPA_SUPPLICANT)
        self.bus = spawn("dbus", "dbus-daemon", "--system", "--nofork", "--nopidfile")
        until("D-Bus runs", lambda: os.path.exists("/run/dbus/system_bus_socket"))
        # On a system with systemd anybody can ask for the host's name, and bluetoothd does.
        self.hostnamed = spawn("hostnamed", "/lib/systemd/systemd-hostnamed")
        if self.adapters:
            for module in ("hci_vhci", "bnep", "rfcomm", "algif_hash", "algif_skcipher", "ecb", "cmac"):
                run("modprobe", module, check=False)
            self.plug_in()
        if self.cards:
            run("modprobe", "mac80211_hwsim", "radios=%d" % len(self.cards))
            for card in self.cards:
                self.start_supplicant(card)
        if self.adapters:
            self.start_bluetoothd()
            threading.Thread(target=self.attend, daemon=True).start()

    def plug_in(self):
        path = os.path.join(RUN, "ether")
        if os.path.exists(path):
            os.unlink(path)
        self.controllers = spawn("ether", "python3", os.path.join(HERE, "ether.py"), str(len(self.adapters)), path)
        until("the controllers are there", lambda: all(os.path.exists("/sys/class/bluetooth/" + name) for name in self.adapters))

    def unplug(self):
        end(self.controllers, signal.SIGKILL)
        until("the controllers are gone", lambda: not any(os.path.exists("/sys/class/bluetooth/" + name) for name in self.adapters))

    def reach(self, how, one, other):
        """how: near, apart."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as order:
            order.sendto(("%s %s %s" % (how, one[3:], other[3:])).encode("ascii"), os.path.join(RUN, "ether"))

    def kill_bluetoothd(self):
        self.wanted = False
        end(self.bluetoothd, signal.SIGKILL)

    def attend(self):
        """On a system with systemd, D-Bus starts a bluetoothd that ended by itself; 5.66 aborts when an advert fails in the midst of a change of
        power."""
        while True:
            time.sleep(1)
            if self.wanted and self.bluetoothd.poll() is not None:
                self.restarts += 1
                self.start_bluetoothd(wait=False)

    def start_bluetoothd(self, wait=True):
        program = next(path for path in BLUETOOTHDS if os.path.exists(path))
        self.bluetoothd = spawn("bluetoothd", program, "-n", "--noplugin=hostname", "-f", os.path.join(RUN, "main.conf"))
        self.wanted = True
        if wait:
            self.wait_powered()

    def wait_powered(self):
        for name in self.adapters:
            until(name + " is on", lambda path="/org/bluez/" + name: setting(path, "Powered") == "true", 40)

    def start_supplicant(self, card):
        self.supplicants[card] = spawn("wpa-" + card, "wpa_supplicant", "-Dnl80211", "-i", card, "-c", os.path.join(RUN, "wpa.conf"))
        until("wpa_supplicant for " + card, lambda: os.path.exists("/run/wpa_supplicant/" + card))

    def mend(self):
        """Starts what a scenario that failed left broken."""
        run("rfkill", "unblock", "all", check=False)
        for card, child in self.supplicants.items():
            if child.poll() is not None:
                self.start_supplicant(card)
        if self.controllers and self.controllers.poll() is not None:
            self.plug_in()
        if self.bluetoothd and not self.wanted:
            self.start_bluetoothd()
        for one in self.adapters:
            for other in self.adapters:
                self.reach("near", one, other)

    def down(self):
        self.wanted = False
        for child in [self.bluetoothd, *self.supplicants.values(), self.controllers, self.hostnamed, self.bus]:
            end(child)


def rotate_every(adapter, seconds):
    """How long the adapter keeps a private address."""
    with open("/sys/kernel/debug/bluetooth/%s/rpa_timeout" % adapter, "w", encoding="ascii") as file:
        file.write("%d\n" % seconds)
