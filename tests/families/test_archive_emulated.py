"""Archives that the emulator makes, of every era and in both forms, as typed rows."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tiktok_async.emulator import Settings
from tiktok_async.emulator.archive.sections import SECTIONS
from tiktok_async.emulator.emulation import Emulation
from tiktok_async.portability.archive import Archive
from tiktok_async.portability.archive.names import normal
from tiktok_async.portability.archive.sections import BY_KEY, DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = 40
WORDS_AS_TEXT = {"watch_live_history", "tako_chats", "go_live_history", "profile", "settings"}
"""Sections with lists and objects inside of rows; the text form has no shape for them."""


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """Make archives when they are asked for, each once."""
    folder = tmp_path_factory.mktemp("emulated")

    def made(era: Any, form: str = "json") -> Path:
        path = folder / f"{era}-{form}.zip"
        if not path.exists():
            emulation = Emulation(Settings(videos=3000, export_era=era, export_rows=ROWS))
            export = emulation.exports.add(emulation.user_pair.grant, ("all_data",), form, 0.0)
            path.write_bytes(b"".join(emulation.archives.of(export).read()))
        return path

    return made


@pytest.mark.parametrize(("era", "told"), [("A", "A"), ("B", "B"), ("C", "C"), ("hybrid", "mixed")])
def test_era_is_told_and_everything_is_known(era: str, told: str, emulated: Callable[..., Path]):
    archive = Archive.open(emulated(era))
    assert (archive.era, archive.form, archive.unknown) == (told, "json", ())
    assert archive.watch_history.count() == ROWS
    assert [info for info in archive.inventory() if info.skipped] == []


@pytest.mark.parametrize("era", ["A", "B", "C"])
def test_sections_have_the_rows_of_the_json(era: Any, emulated: Callable[..., Path]):
    path = emulated(era)
    archive = Archive.open(path)
    with zipfile.ZipFile(path) as files:
        whole = json.loads(files.read(files.namelist()[0]))
    compared = 0
    for section in SECTIONS:
        for *parents, last in section.places(era):
            value = whole
            for key in (*parents, last):
                value = value[key]
            if isinstance(value, list):
                declared = BY_KEY[normal(parents[-1])]
                assert archive.section(declared.name).count() == len(value), declared
                compared += 1
    assert compared > 20


@pytest.mark.parametrize("era", ["A", "B", "C"])
def test_text_has_the_rows_of_json(era: str, emulated: Callable[..., Path]):
    of_json, of_text = Archive.open(emulated(era)), Archive.open(emulated(era, "text"))
    assert (of_text.form, of_text.language, of_text.unknown) == ("text", "en", ())
    for declared in DECLARED:
        one, other = of_json.section(declared.name), of_text.section(declared.name)
        assert (one.state, one.count(), one.skipped) == (other.state, other.count(), other.skipped)
        if declared.name not in WORDS_AS_TEXT:
            assert list(one) == list(other), declared
    assert of_text.settings.keys() == of_json.settings.keys()
    assert of_text.settings["Push Notification"] == of_json.settings["Push Notification"]
