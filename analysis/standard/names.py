"""Comparing labels as people print them, and naming things in ids and file names."""

from __future__ import annotations

import re
from functools import cache

_FOOTNOTE_MARK = re.compile(r"(?<=[A-Za-z])\d$")


def plain(label: str) -> str:
    """A printed label without what editions change at will.

    Case, runs of white space, line breaks, a leading ``*``, curly apostrophes, ``&`` for "and".

    >>> plain(" *Total  Less lethal\\nweapons")
    'total less lethal weapons'
    >>> plain("Devon & Cornwall ")
    'devon and cornwall'
    """
    text = label.replace("’", "'").replace("&", " and ")
    return " ".join(text.split()).lstrip("*").strip().casefold()


def without_footnote_mark(label: str) -> str:
    """``"CED1"`` is "CED" with the mark of footnote 1; a label never ends in one digit otherwise.

    >>> without_footnote_mark("CED1"), without_footnote_mark("65 and over")
    ('CED', '65 and over')
    """
    return _FOOTNOTE_MARK.sub("", label.strip())


@cache
def slug(name: str) -> str:
    """A name as it stands in an id or a file name: lower case, words joined by ``-``.

    >>> slug("Avon and Somerset"), slug("2019/20"), slug("CED red-dot"), slug("2013-05..2013-12")
    ('avon-and-somerset', '2019-20', 'ced-red-dot', '2013-05..2013-12')
    """
    return re.sub(r"[^a-z0-9.]+", "-", name.casefold()).strip("-")
