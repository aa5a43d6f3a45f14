"""A page as a browser without JavaScript reads it."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """What a browser would make of a form: its elements, texts and what it would send."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.sent, self._templates, self._select = [], [], 0, None
        self.feed(str(html))

    def handle_starttag(self, tag, attrs):
        at = dict(attrs)
        self.elements.append((tag, at))
        self._templates += tag == "template"
        if self._templates or (at.get("type") == "checkbox" and "checked" not in at):
            return
        if tag == "select":
            self._select = at["name"]
        elif tag == "option" and "selected" in at:
            self.sent.append((self._select, at["value"]))
        elif tag == "input" and "name" in at:
            self.sent.append((at["name"], at["value"]))
        elif tag == "textarea":
            self._text = at["name"]

    def handle_data(self, data):
        if getattr(self, "_text", None):
            self.sent.append((self._text, data.removeprefix("\n")))
            self._text = None

    def handle_endtag(self, tag):
        self._templates -= tag == "template"

    def all(self, tag):
        return [at for name, at in self.elements if name == tag]

    def named(self, name):
        return next(at for _, at in self.elements if at.get("name") == name)
