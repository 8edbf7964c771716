#!/usr/bin/env python3
"""The other end of a webhook, as somebody else would write it: checks every signature and writes down what it accepted, in the order it came.
hooks.py PORTFILE SECRET LOG MODEFILE; MODEFILE says ok, fail, slow or redirect, and is read for each request."""

import hashlib
import hmac
import http.server
import json
import sys
import time

port_file, secret, log, mode_file = sys.argv[1:]


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def write(self, **fields):
        with open(log, "a", encoding="utf-8") as out:
            print(json.dumps(fields), file=out)

    def answer(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        self.write(got="followed", path=self.path)
        self.answer(200)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mode = open(mode_file, encoding="utf-8").read().strip()
        stamp = self.headers["X-Timestamp"]
        wanted = "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if self.path != "/hook":
            self.write(got="followed", path=self.path)
            return self.answer(200)
        if not hmac.compare_digest(wanted, self.headers["X-Signature"]) or self.headers["Content-Type"] != "application/json":
            self.write(got="forged", signature=self.headers["X-Signature"])
            return self.answer(403)
        if mode == "fail":
            self.write(got="refused", body=json.loads(body))
            return self.answer(500)
        if mode == "slow":
            time.sleep(8)
            return self.answer(200)
        if mode == "redirect":
            return self.answer(307, Location="http://127.0.0.1:%d/elsewhere" % self.server.server_port)
        self.write(got="accepted", body=json.loads(body), late=abs(time.time() - int(stamp)) > 300)
        return self.answer(204)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
server.daemon_threads = True
with open(port_file, "w", encoding="utf-8") as out:
    out.write(str(server.server_port))
server.serve_forever()
