#!/usr/bin/env python3
"""What hotspot.sh looks at closer: the names a dnsmasq with our file answers, and the sign that is printed."""

import re
import socket
import struct
import subprocess
import sys
import time

BOX = bytes([10, 42, 0, 1])


def check(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")


def ask(port, name, kind=1):
    """Addresses and the code of an answer to a question for a name; kind: 1 for an address, 28 for one of IPv6."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    question = struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + labels + struct.pack(">BHH", 0, kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
        plug.settimeout(2)
        for _ in range(10):
            try:
                plug.sendto(question, ("127.0.0.1", port))
                answer = plug.recv(512)
                return answer[3] & 15, [BOX] * (BOX in answer[len(question):])
            except OSError:
                time.sleep(0.3)
    sys.exit("FAILED: dnsmasq does not answer")


def names(conf):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
        plug.bind(("127.0.0.1", 0))
        port = plug.getsockname()[1]
    server = subprocess.Popen(["dnsmasq", "--keep-in-foreground", f"--port={port}", "--listen-address=127.0.0.1", "--bind-interfaces",
                               f"--conf-file={conf}", "--pid-file=", "--user=", "--log-facility=-"], stderr=subprocess.DEVNULL)
    try:
        with open(f"{sys.path[0]}/../../node/web/portal.c", encoding="utf-8") as file:
            probes = re.findall(r'^\t"([a-z0-9.]+)",$', file.read(), re.M)
        check(len(probes) > 8, "no names in portal.c")
        for name in ["barid.lan", *probes]:
            check(ask(port, name) == (0, [BOX]), f"{name}: {ask(port, name)}")
            check(ask(port, name, 28) == (0, []), f"{name} by IPv6: {ask(port, name, 28)}")
        for name in ("www.google.com", "example.org", "x.barid.lan", "apple.com"):
            check(ask(port, name)[1] == [] and ask(port, name)[0] != 0, f"{name}: {ask(port, name)}")
    finally:
        server.terminate()
        server.wait()


def sign(path, name, passphrase):
    with open(path, encoding="utf-8") as file:
        page = file.read()
    check(page.count("<section") == 5 and page.count('class="q"') == 2, "the sign lacks a language or a picture")
    check(passphrase in page and "http://10.42.0.1/" in page, "the sign lacks pass phrase or address")
    check(name.replace('"', "&quot;") in page, "the network's name is not on the sign")
    check("<script" not in page and "src=\"http" not in page, "the sign loads something")


{"names": names, "sign": sign}[sys.argv[1]](*sys.argv[2:])
