"""What can be said of a page without looking at it: it is as wide as the window, nothing is cut off, it speaks one language and
in words, and those who do not see it can use it.

Not here: whether it is pretty. That is what the screenshots are for.
"""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Boxes that hide what does not fit, and boxes that should hold their words and do not. What is there for screen readers alone
# is one pixel wide on purpose, as are the heads of a table whose rows are cards.
CLIPPED = """() => {
  const seen = [];
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element);
    // What is typed may be longer than its field.
    if (element.closest(".sr, .skip") !== null || element.matches("input")) continue;
    if (element.closest("thead")?.clientWidth === 1) continue;
    if (style.display === "inline" || element.clientWidth === 0) continue;
    const hides = ["hidden", "clip"].includes(style.overflowX);
    const holds = element.matches("button, .button, .badge, .facet, summary, label, th");
    if ((hides || holds) && element.clientWidth + 1 < element.scrollWidth) {
      seen.push(`<${element.localName} class="${element.className}"> ${element.textContent.trim().slice(0, 60)}`);
    }
  }
  return seen;
}"""

# Texts that lie beyond the edge of the box that they scroll in, so that one reads them only after finding out that it does. Code
# and JSON keep their lines, and a reader expects it of them.
BEYOND = """() => {
  const mayScroll = "pre";
  const unseen = (element) => element.closest(".sr, .skip, option") !== null || element.closest("thead")?.clientWidth === 1;
  const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const seen = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (text.data.trim() === "" || unseen(text.parentElement) || text.parentElement.closest(mayScroll) !== null) continue;
    let box = text.parentElement;
    while (box !== null && !scrolls(box)) box = box.parentElement;
    if (box === null) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const edge = box.getBoundingClientRect().left + box.clientLeft + box.clientWidth;
    if (edge + 1 < range.getBoundingClientRect().right) seen.push(text.data.trim().slice(0, 60));
  }
  return seen;
}"""

# Settings are called as they are called in a file, because what a connector says of them is read there, too; `aes_key` is what
# DingTalk's own console calls it.
SETTINGS = ("app_key", "app_secret", "corp_id", "callback_token", "callback_aes_key", "aes_key")

# Words that only programs read, and what is left of a sentence that was not filled in.
RAW = re.compile(
    r"\{[a-z_]*\}|\b\w+::\w+|\[object |\bundefined\b|\bNaN\b|\b(?:Some|None|Ok|Err)\("
    rf"|\b(?!(?:{'|'.join(SETTINGS)})\b)[a-z]+(?:_[a-z]+)+\b"
)

# All that is read, but for what the source or a program wrote.
PROSE = """() => {
  const others = "code, pre, q, script, style, textarea, [lang]:not(html)";
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (walker.currentNode.parentElement.closest(others) === null) texts.push(walker.currentNode.data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
    for (const name of ["aria-label", "placeholder", "title"]) texts.push(element.getAttribute(name) ?? "");
  }
  return texts.filter((text) => text !== "");
}"""

# So many English words in a row are a sentence.
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

# What may be in any language: what DingTalk calls something, in brackets behind what we call it, and what it answered.
# Its codes are five digits, or words written together.
QUOTED = re.compile(r"\([^)]*\)|\b(?:\d{5}|[A-Za-z]+(?:\.?[A-Z][a-z]+)+): .*")

# Of WCAG 2, levels A and AA, and what is good practice.
GRAVE = ("serious", "critical")


def too_wide(page: Page) -> int:
    """By how many pixels a page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def clipped(page: Page) -> list[str]:
    """What is not shown whole."""
    return page.evaluate(CLIPPED)


def beyond(page: Page) -> list[str]:
    """What is read only by whoever scrolls sideways."""
    return page.evaluate(BEYOND)


def raw_words(page: Page) -> list[str]:
    """What should have been a sentence."""
    return [text for text in page.evaluate(PROSE) if RAW.search(text)]


def foreign_words(page: Page, language: str, known: set[str]) -> list[str]:
    """What is in another language than the page, but for what is called like this at the source."""
    other = CHINESE if language == "en" else ENGLISH
    texts = [text for text in page.evaluate(PROSE) if other.search(QUOTED.sub("", text))]
    return [text for text in texts if not any(name in text for name in known)]


def barriers(page: Page, *rules: str) -> list[str]:
    """What keeps people from using a page, by these rules of axe, or by all."""
    # What is in order is not listed, which is most of the work on a long page.
    options = {"resultTypes": ["violations"]} | ({"runOnly": {"type": "rule", "values": rules}} if rules else {})
    found = Axe().run(page, options=options).response["violations"]
    grave = [violation for violation in found if violation["impact"] in GRAVE]
    return [f"{each['id']}: {node['html'][:160]}" for each in grave for node in each["nodes"]]
