"""What pages.py and pages_hostile.py share: posts, a relief group and `barid serve` in one folder, and a browser of few lines that speaks HTTP."""

import html.parser
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

from posts import Post, free_port, program, wait_until

LANGUAGES = {"ar": "rtl", "kmr": "ltr", "ckb": "rtl", "tr": "ltr", "en": "ltr"}
HERE = os.path.dirname(os.path.abspath(__file__))


def paths():
    """Every page there is; those that begin with a path of theirs (/m/) are not among them."""
    found = []
    for name in sorted(os.listdir(os.path.join(HERE, "../../node/web"))):
        if name.startswith("page") and name.endswith(".c"):
            with open(os.path.join(HERE, "../../node/web", name), encoding="utf-8") as file:
                found += re.findall(r'const struct page \w+ = {"(/|/[^"]*[^/"])"', file.read())
    wanted = "/medevac /safe /seek /need /bus /alerts /inbox /contacts /contacts/qr /status /settings /help /wipe".split()
    assert {"/", *wanted} <= set(found), "missing: %s" % sorted({"/", *wanted} - set(found))
    return found


PATHS = paths()
PAGE_MAX = 14 << 10


class Clinic:
    """A device with its pages, and a relief group at another post. Everything ends with it."""

    def __init__(self):
        self.folder, self.posts, self.children = tempfile.mkdtemp(prefix="barid-pages-"), [], []
        port = free_port()
        self.here = self.post("here", "--listen", "127.0.0.1:%d" % port)
        self.there = self.post("there", "--peer", "127.0.0.1:%d" % port)
        self.home = os.path.join(self.folder, "person")
        self.relief("org", "create", "--name", "Medics")
        self.card = self.relief_text("org", "card").strip()
        self.serve()

    def post(self, name, *arguments):
        post = Post(os.path.join(self.folder, name), *arguments).start()
        self.posts.append(post)
        return post

    def relief_text(self, *words, group="relief"):
        command = [program("barid-relief"), "--home", os.path.join(self.folder, group), "--post", self.there.control, "--json", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout

    def relief(self, *words, group="relief"):
        return [json.loads(line) for line in self.relief_text(*words, group=group).split("\n") if line]

    def barid(self, name, *words, text=None, post=None):
        """The command line of a person called so; the one whose pages are served is "person"."""
        home, post = os.path.join(self.folder, name), post or self.here
        command = [program("barid"), "--home", home, "--post", post.control, "--json", *words]
        run = subprocess.run(command, capture_output=True, text=True, input=text or "")
        assert run.returncode in (0, 1), (words, run.returncode, run.stderr)
        return [json.loads(line) for line in run.stdout.split("\n") if line]

    def carry(self):
        """Everything that the post here has, to the other one, by a memory stick."""
        stick = os.path.join(self.folder, "stick")
        self.barid("person", "bundle", "export", stick)
        self.barid("nobody", "bundle", "import", stick, post=self.there)

    def serve(self, *arguments):
        """Starts another `barid serve`, of self.home; self.port, front and keeper are its own from now on."""
        with open(os.path.join(self.folder, "serve.log"), "ab") as log:
            command = [program("barid"), "--home", self.home, "--post", self.here.control, "--json", "serve", "--listen", "127.0.0.1:0",
                       *arguments]
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL)
        self.children.append(child)
        self.port = int(json.loads(child.stdout.readline())["listen"].rpartition(":")[2])
        self.front, self.keeper = self.processes(child)
        return child

    @staticmethod
    def processes(child):
        """(front, keeper): only the keeper may open files, so it is the one whose system calls are not filtered."""
        def both():
            with open("/proc/%d/task/%d/children" % (child.pid, child.pid), encoding="ascii") as file:
                pids = [int(pid) for pid in file.read().split()]
            confined = [pid for pid in pids if "Seccomp:\t2" in open("/proc/%d/status" % pid, encoding="ascii").read()]
            return pids if len(pids) == 2 and pids[0] in confined else None
        wait_until("the front and the keeper run", both)
        return both()

    def end(self):
        for child in self.children:
            child.send_signal(signal.SIGTERM)
            child.wait(10)
            child.stdout.close()
        for post in self.posts:
            if post.child.poll() is None:
                post.kill()
        shutil.rmtree(self.folder)

    def log(self):
        with open(os.path.join(self.folder, "serve.log"), encoding="utf-8", errors="replace") as file:
            return file.read()


class Page(html.parser.HTMLParser):
    """What is on a page: tags with their attributes, forms with their fields, and all the text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.forms, self.texts, self.stack = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.stack.append(tag)
        if tag == "form":
            self.forms.append({"action": attributes.get("action", ""), "method": attributes.get("method", "get"), "fields": []})
        elif self.forms and "name" in attributes and tag in ("input", "textarea", "select", "button"):
            self.forms[-1]["fields"].append((tag, attributes))

    def handle_data(self, data):
        if not self.stack or self.stack[-1] not in ("style", "textarea"):
            self.texts.append(data)
        if self.forms and self.stack and self.stack[-1] == "textarea" and self.forms[-1]["fields"]:
            self.forms[-1]["fields"][-1][1].setdefault("value", data.removeprefix("\n"))

    def handle_endtag(self, tag):
        if tag in self.stack:
            while self.stack.pop() != tag:
                pass

    @property
    def text(self):
        return "".join(self.texts)


class Answer:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if lines[0].startswith("HTTP/1.") else 0
        self.headers = [tuple(line.split(": ", 1)) for line in lines[1:] if ": " in line]

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def text(self):
        return self.body.decode()

    @property
    def page(self):
        return Page(self.text)


def exchange(port, data, source="127.0.0.1", seconds=20.0):
    """Sends bytes from an address of this machine and reads until the other side closes. Status 0: it closed without an answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds, source_address=(source, 0)) as link:
        came = b""
        try:
            link.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has answered already, or will not
        try:
            while True:
                got = link.recv(1 << 16)
                if not got:
                    break
                came += got
        except ConnectionResetError:
            pass
    return Answer(came)


class Browser:
    """A phone without scripts: keeps cookies, follows redirects, fills forms."""

    def __init__(self, port, language="en", source="127.0.0.1"):
        self.port, self.language, self.source, self.cookies = port, language, source, {}
        self.host = "127.0.0.1:%d" % port
        self.path, self.last = "/", None

    def head(self, method, path, extra=()):
        lines = ["%s %s HTTP/1.1" % (method, path), "Host: " + self.host, "Accept-Language: " + self.language, *extra]
        if self.cookies:
            lines.append("Cookie: " + "; ".join("%s=%s" % item for item in self.cookies.items()))
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def send(self, data):
        self.last = exchange(self.port, data, self.source)
        for key, value in self.last.headers:
            if key.lower() == "set-cookie":
                name, _, rest = value.partition("=")
                self.cookies[name] = rest.partition(";")[0]
        return self.last

    def get(self, path, follow=True):
        for _ in range(6):
            self.path = path
            self.send(self.head("GET", path))
            if self.last.status != 303 or not follow:
                break
            path = self.last.header("location")
        return self.last

    def post_bytes(self, path, fields, extra=None):
        body = urllib.parse.urlencode(fields).encode() if not isinstance(fields, bytes) else fields
        if extra is None:
            extra = ["Origin: http://" + self.host]
        extra = [*extra, "Content-Type: application/x-www-form-urlencoded", "Content-Length: %d" % len(body)]
        return self.head("POST", path, extra) + body

    def post(self, path, fields, extra=None, follow=False):
        self.send(self.post_bytes(path, fields, extra))
        if follow and self.last.status == 303:
            self.get(self.last.header("location"))
        return self.last

    def filled(self, answers, form=None):
        """(action, fields) of the page's form, or of the one that posts to a path; answers by name, a list for several ticks."""
        forms = [found for found in self.last.page.forms if found["method"] == "post" and form in (None, found["action"])]
        assert forms, "no form on %s (%d)" % (self.path, self.last.status)
        fields, ticked = [], set()
        for tag, attributes in forms[0]["fields"]:
            name, value, kind = attributes["name"], attributes.get("value") or "", attributes.get("type", "text")
            wanted = answers.get(name)
            if tag == "button" or kind == "submit":
                if wanted == value and name not in ticked:
                    fields.append((name, value))
                continue
            if kind in ("checkbox", "radio"):
                chosen = value in wanted if isinstance(wanted, list) else wanted == value if wanted is not None else "checked" in attributes
                if chosen:
                    fields.append((name, value))
                continue
            fields.append((name, value if wanted is None else wanted))
            ticked.add(name)
        return forms[0]["action"], fields

    def submit(self, answers, form=None, follow=True):
        return self.post(*self.filled(answers, form), follow=follow)

    def walk(self, path, answers, steps=8):
        """Answers one form after the other from a page on, until no form asks for any of it. Returns the path where that ends."""
        self.get(path)
        for _ in range(steps):
            if self.path.startswith("/m/") or self.path == "/" or not self.last.page.forms:
                break
            self.submit(answers)
        return self.path

    def begin(self, name="Amal", pin=""):
        self.get("/")
        self.submit({"name": name, "pin": pin, "pin_again": pin}, form="/start")
        assert self.last.status == 200, self.last.status
        return self


def run_cases(cases, room):
    """Each case by its name, one line each; only those named as arguments if there are any. Returns how many failed."""
    failures = 0
    for case in cases:
        if sys.argv[1:] and case.__name__ not in sys.argv[1:]:
            continue
        begun = time.monotonic()
        try:
            case(room)
            print("ok    %s (%.1f s)" % (case.__name__, time.monotonic() - begun), flush=True)
        except Exception as fault:  # whatever went wrong in one case, the others still tell theirs
            failures += 1
            where = fault.__traceback__
            while where.tb_next is not None:
                where = where.tb_next
            print("FAIL  %s: %s: %s (%s:%d)" % (case.__name__, type(fault).__name__, str(fault).partition("Stacktrace")[0][:600],
                                              os.path.basename(where.tb_frame.f_code.co_filename), where.tb_lineno), flush=True)
    if failures:
        print(room.log()[-2000:], flush=True)
    return failures
