"""The words of the Research query language: fields, operations, and what each field takes.

Declared once; `F`, the `--where` expression and wire objects are all checked here, before any call.
Which operations a field takes is not published for the HTTP API, so any pair is let through.
"""

from __future__ import annotations

import difflib
import operator
from datetime import date
from typing import TYPE_CHECKING, Final, NoReturn, SupportsIndex, TypeAlias

from tiktok_async.errors import InputError, shown
from tiktok_async.research.windows import parse_day, utc_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Day: TypeAlias = date | str
"""A day as a caller writes it: date, aware datetime, or YYYYMMDD."""

Number: TypeAlias = SupportsIndex | str
"""A number or an id as a caller writes it: int, or a string of digits."""

OPERATIONS: Final = ("EQ", "IN", "GT", "GTE", "LT", "LTE")

VIDEO_LENGTHS: Final = ("SHORT", "MID", "LONG", "EXTRA_LONG")
"""Under 15 s, 15 to 60 s, 1 to 5 min, over 5 min."""

REGION_CODES: Final = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN
    HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI
    LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU
    RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN
    TO TP TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905  # a block of words is read and compared more easily than a list
)
"""Where accounts are registered: the 245 codes of the provider's Query Videos page."""

_OFTEN_MEANT: Final = {"UK": "GB", "EL": "GR"}
"""Codes in everyday use that are not the provider's."""


def quoted(value: object) -> str:
    """Show a value in a message: text in double quotes, escaped and of bounded length."""
    return f'"{shown(value)}"' if isinstance(value, str) else shown(repr(value))


def near(word: object, known: Iterable[str]) -> str:
    """Give the end of a message about an unknown word: the near ones, and the list."""
    words = list(known)
    matches = difflib.get_close_matches(str(word).lower(), [w.lower() for w in words], cutoff=0.5)
    likely = [w for w in words if w.lower() in matches]
    hint = f"Did you mean {' or '.join(map(quoted, likely))}? " if likely else ""
    return f"{hint}There are: {', '.join(words)}."


def check_field_name(name: object) -> None:
    """Raise InputError, with near matches, unless this is a query field."""
    if name not in FIELD_NAMES:
        raise InputError(f"No query field is named {quoted(name)}. {near(name, FIELD_NAMES)}")


def check_operation(name: object) -> None:
    """Raise InputError, with near matches, unless this is an operation."""
    if name not in OPERATIONS:
        raise InputError(f"No operation is named {quoted(name)}. {near(name, OPERATIONS)}")


def wire_value(field_name: str, value: object) -> str:
    """Turn a value of a field into the string that is sent; a string comes back unchanged.

    Raises:
        InputError: if the field is unknown or does not take the value.
    """
    check_field_name(field_name)
    return _VALUES[field_name](field_name, value)


def _refuse(name: str, value: object, reason: str) -> NoReturn:
    raise InputError(f"{name}: {quoted(value)} {reason}")


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        _refuse(name, value, f"is no text; write a string, such as {quoted(str(value))}.")
    if not value.strip():
        _refuse(name, value, "is empty; write a value, or leave the condition out.")
    try:
        value.encode()
    except UnicodeEncodeError:
        _refuse(name, value, "holds half a character; write text that UTF-8 can carry.")
    return value


def _bare(mark: str) -> Callable[[str, object], str]:
    def check(name: str, value: object) -> str:
        text = _text(name, value)
        clean = text.strip().lstrip(mark).strip()
        if text.startswith(mark) or text != text.strip():
            instead = f"write {quoted(clean)}" if clean else "and that leaves nothing"
            _refuse(name, text, f"must stand without {mark} and blanks; {instead}.")
        return text

    return check


def _digits(name: str, value: object) -> str:
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit()):
            _refuse(name, value, 'is not digits alone; write them like 1000 or "1000".')
        return value
    if isinstance(value, float):
        _refuse(name, value, "is a float, which loses digits; write an int or a string of digits.")
    try:
        number = operator.index(value) if isinstance(value, SupportsIndex) else -1
    except TypeError:
        number = -1
    if isinstance(value, bool) or number < 0:
        _refuse(name, value, "is not a whole number from 0; write an int or a string of digits.")
    return str(number)


def _day(name: str, value: object) -> str:
    if isinstance(value, date):
        return utc_day(value, name).isoformat().replace("-", "")
    if not isinstance(value, str):
        _refuse(name, value, 'is not a date; write date(2022, 6, 15) or "20220615".')
    try:
        wire = parse_day(value).isoformat().replace("-", "")
    except InputError:
        _refuse(name, value, "is not a day; write YYYYMMDD, such as 20220615.")
    if wire != value:
        _refuse(name, value, f"is not YYYYMMDD; write {quoted(wire)}.")
    return wire


def _region(name: str, value: object) -> str:
    text = _text(name, value)
    if text in REGION_CODES:
        return text
    upper = text.strip().upper()
    meant = _OFTEN_MEANT.get(upper, upper)
    if meant in REGION_CODES:
        _refuse(name, text, f"is not a region code; write {quoted(meant)}.")
    likely = difflib.get_close_matches(upper, sorted(REGION_CODES), n=5, cutoff=0.5)
    hint = f" near ones: {', '.join(likely)}." if likely else ' write two letters, such as "US".'
    _refuse(name, text, f"is not one of the {len(REGION_CODES)} region codes;{hint}")


def _length(name: str, value: object) -> str:
    text = _text(name, value)
    if text not in VIDEO_LENGTHS:
        _refuse(name, text, f"is not a length. {near(text, VIDEO_LENGTHS)}")
    return text


_VALUES: Final[Mapping[str, Callable[[str, object], str]]] = {
    "create_date": _day,
    "username": _bare("@"),
    "region_code": _region,
    "video_id": _digits,
    "hashtag_name": _bare("#"),
    "keyword": _text,
    "music_id": _digits,
    "effect_id": _digits,
    "video_length": _length,
    "view_count": _digits,
    "comment_count": _digits,
}

FIELD_NAMES: Final = tuple(_VALUES)
