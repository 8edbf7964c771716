"""A browser without scripts, as small as one can be: keeps cookies, follows redirects, fills and sends the forms it is shown."""

import html
import http.client
import re
import urllib.parse


class Browser:
    def __init__(self, port, lang="en", host="127.0.0.1", source=""):
        self.port, self.lang, self.host, self.source, self.jar = port, lang, host, source, {}
        self.status = self.location = None
        self.text = self.path = ""
        self.headers = {}

    def ask(self, method, path, body=None, headers=None):
        """One request and its answer; no redirect is followed."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60, source_address=(self.source, 0))
        send = {"Accept-Language": self.lang}
        if self.jar:
            send["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        if body is not None:
            send["Content-Type"] = "application/x-www-form-urlencoded"
            send["Origin"] = f"http://{self.host}" + (f":{self.port}" if self.port != 80 else "")
        send.update(headers or {})
        connection.request(method, path, body, {name: value for name, value in send.items() if value is not None})
        answer = connection.getresponse()
        self.text = answer.read().decode("utf-8")
        self.status, self.location, self.path = answer.status, answer.getheader("Location"), path
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, value = value.split(";")[0].split("=", 1)
                self.jar[cookie] = value
        connection.close()
        return self

    def follow(self):
        for _ in range(5):
            if self.status != 303:
                return self
            self.ask("GET", self.location)
        raise AssertionError(f"redirects without end at {self.path}")

    def get(self, path):
        return self.ask("GET", path).follow()

    def forms(self):
        """(action, [(name, value)]) of every form, as it would be sent untouched."""
        found = []
        for form in re.finditer(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', self.text, re.S):
            fields = []
            for tag in re.finditer(r'<input[^>]*>|<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form[2], re.S):
                if tag[1] is not None:
                    fields.append((tag[1], html.unescape(tag[2])))
                    continue
                said = {name: html.unescape(value) for name, value in re.findall(r'([a-z]+)="([^"]*)"', tag[0])}
                if said.get("type") not in ("checkbox", "radio") or " checked" in tag[0]:
                    fields.append((said["name"], said.get("value", "")))
            found.append((html.unescape(form[1]), fields))
        return found

    def filled(self, fields=None, add=(), form=0):
        """What a form would send: (path, body)."""
        action, said = self.forms()[form]
        return action, urllib.parse.urlencode([(name, (fields or {}).get(name, value)) for name, value in said] + list(add))

    def send(self, fields=None, add=(), form=0):
        """Fills a form, sends it, follows where it leads."""
        return self.ask("POST", *self.filled(fields, add, form)).follow()

    def words(self):
        """What a person reads."""
        body = re.sub(r"<(style|title).*?</\1>", "", self.text, flags=re.S)
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)))
