"""Names of members: which are harmless, and which fit together."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tiktok_async.errors import UnsafeArchiveError
from tiktok_async.portability.guard.limits import ArchiveLimits
from tiktok_async.portability.guard.names import decoded, fault_of
from tiktok_async.portability.guard.paths import Paths

LIMITS = ArchiveLimits()


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param("../a", "dots", id="parent"),
        pytest.param("a/../../b", "dots", id="parent-inside"),
        pytest.param("a/..", "dots", id="parent-last"),
        pytest.param("./a", "dots", id="here"),
        pytest.param("a//b", "dots", id="empty-step"),
        pytest.param("a//", "dots", id="empty-last-step"),
        pytest.param("/etc/passwd", "absolute", id="absolute"),
        pytest.param("/", "absolute", id="root"),
        pytest.param("//server/share/a", "absolute", id="unc-slashes"),
        pytest.param("\\\\server\\share\\a", "absolute", id="unc"),
        pytest.param("C:\\a", "drive", id="drive"),
        pytest.param("C:a", "drive", id="drive-relative"),
        pytest.param("a/c:b", "drive", id="drive-inside"),
        pytest.param("a.txt:hidden", "drive", id="stream"),
        pytest.param("..\\a", "backslash", id="backslash-parent"),
        pytest.param("a\\b", "backslash", id="backslash"),
        pytest.param("a\0.txt", "control", id="nul"),
        pytest.param("a\nb", "control", id="newline"),
        pytest.param("a\x1b[2J", "control", id="escape"),
        pytest.param("a\x7f", "control", id="delete"),
        pytest.param("a\x85b", "control", id="c1"),
        pytest.param("a\u202egpj.exe", "control", id="bidi-override"),
        pytest.param("a\u2066b", "control", id="bidi-isolate"),
        pytest.param("a\u200fb", "control", id="bidi-mark"),
        pytest.param("a\u2028b", "control", id="line-separator"),
        pytest.param("CON", "reserved", id="device"),
        pytest.param("a/nul.txt", "reserved", id="device-ending"),
        pytest.param("Aux /b", "reserved", id="device-space"),
        pytest.param("com1", "reserved", id="port"),
        pytest.param("LPT³.log", "reserved", id="port-superscript"),
        pytest.param("conin$", "reserved", id="console"),
        pytest.param("a./b", "reserved", id="dot-at-end"),
        pytest.param("a ", "reserved", id="space-at-end"),
        pytest.param("..../a", "reserved", id="dots-only"),
        pytest.param("é" * 120 + "x", "long", id="bytes-of-utf8-count"),
        pytest.param("a/" * 32 + "b", "deep", id="deep"),
        pytest.param("é" * 120, None, id="as-long-as-allowed"),
        pytest.param("a/" * 31 + "b", None, id="as-deep-as-allowed"),
        pytest.param("a/" * 32, None, id="folder-as-deep-as-allowed"),
        pytest.param("TikTok/Your Activity/Watch History.txt", None, id="export"),
        pytest.param("user_data_tiktok.json", None, id="export-json"),
        pytest.param("chat/👩\u200d👧 ünï.txt", None, id="joined-emoji"),
        pytest.param("a/.hidden", None, id="dot-first"),
        pytest.param("a..b", None, id="dots-inside"),
        pytest.param("console.txt", None, id="begins-like-a-device"),
        pytest.param("com10", None, id="no-such-port"),
        pytest.param("folder/", None, id="folder"),
    ],
)
def test_name_is_judged_by_its_harm(name, fault):
    assert fault_of(name, LIMITS) == fault


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("a/c:")
def test_harmless_name_stays_inside_on_every_system(name):
    if fault_of(name, LIMITS) is not None:
        return
    posix, windows = PurePosixPath("/to") / name, PureWindowsPath("d:/to") / name
    assert posix.is_relative_to("/to")
    assert windows.is_relative_to("d:/to")
    assert ".." not in posix.parts + windows.parts
    assert not any(unicodedata.category(char) == "Cc" for char in name)


@pytest.mark.parametrize(
    ("raw", "claims", "name"),
    [
        pytest.param("ünï".encode(), True, "ünï", id="utf8"),
        pytest.param("ünï".encode(), False, "ünï", id="utf8-unsaid"),
        pytest.param(b"\x81.txt", False, "ü.txt", id="cp437"),
        pytest.param(b"\x81.txt", True, None, id="not-the-utf8-it-claims"),
    ],
)
def test_decoded_reads_names_as_writers_write_them(raw, claims, name):
    assert decoded(raw, claims_utf8=claims) == name


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        pytest.param(["a", "a"], "duplicate", id="same"),
        pytest.param(["a.TXT", "A.txt"], "duplicate", id="case"),
        pytest.param(["straße", "STRASSE"], "duplicate", id="case-folded"),
        pytest.param(["é", "e\u0301"], "duplicate", id="unicode-form"),
        pytest.param(["É/x", "e\u0301/y"], "duplicate", id="folders-by-case-and-form"),
        pytest.param(["A/x", "a/y"], "duplicate", id="folders-by-case"),
        pytest.param(["A/x/1", "a/y/1"], "duplicate", id="outer-folders-by-case"),
        pytest.param(["a", "a/b"], "clash", id="file-then-folder"),
        pytest.param(["a/b", "a"], "clash", id="folder-then-file"),
        pytest.param(["a/b/c", "A"], "clash", id="outer-folder-then-file-by-case"),
        pytest.param(["a", "a/"], "clash", id="file-then-folder-of-its-own"),
        pytest.param(["a/", "a"], "clash", id="folder-of-its-own-then-file"),
        pytest.param(["a", "x", "a/b/"], "clash", id="file-then-inner-folder"),
    ],
)
def test_paths_refuse_names_that_are_one(names, kind):
    paths = Paths()
    *before, last = names
    for position, name in enumerate(before):
        paths.add(name, position)
    with pytest.raises(UnsafeArchiveError) as refused:
        paths.add(last, 7)
    assert (refused.value.kind, refused.value.member) == (kind, 7)


def test_paths_take_folders_in_any_order_and_count_them_once():
    paths = Paths()
    for position, name in enumerate(["a/b/x", "a/", "c/", "a/b/", "a/b/y", "c/z", "a/w", "a/b/q"]):
        paths.add(name, position)
    assert len(paths) == len({"a", "a/b", "a/b/x", "c", "a/b/y", "c/z", "a/w", "a/b/q"})
