"""What Temporal's own UI makes of foreign text in a push's panel, by the page that it embeds."""

import re

import httpx
import pytest

from stack.ports import HOST
from workflows.markdown import code, plain

TEXTS = [
    "<b>bold</b> <img src=x> <script>x</script> <x@y.example>",
    "[a](https://a.example) ![i](https://a.example/x.png) <https://a.example>",
    "https://a.example HTTP://A.EXAMPLE ftp://a.example mailto:a@b.example MAILTO:a@b.example",
    "**s** *e* _e_ x_y_ __s__ a__b__c ~~d~~ `c` $x$ $$y$$ trailing \\",
    "[id]: https://a.example\n\n[id]\n\n# head\n\n| a | b |\n| - | - |\n| 1 | 2 |",
]


async def rendered(stack, text):
    async with httpx.AsyncClient(trust_env=False) as http:
        address = f"http://{HOST}:{stack.ports.ui}/render"
        page = await http.get(address, params={"content": text})
    return page.text.partition("<main>")[2].partition("</main>")[0]


@pytest.mark.parametrize("text", TEXTS)
async def test_foreign_text_is_no_markup_and_no_link(stack, text):
    shown = await rendered(stack, f"**Failed**: {plain(text)}\n\n- {code(text)} {plain(text)}")

    assert {"p", "strong", "ul", "li", "code"} == set(re.findall(r"<(\w+)", shown))
