"""The examples of the pages for people, as they stand between code fences."""

import re

from gateway import REPOSITORY

README, CLIENTS = REPOSITORY / "README.md", REPOSITORY / "deploy/CLIENTS.md"


def example(page, language, number=0):
    """The text of a page's example in this language, counted from 0."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)[number]
