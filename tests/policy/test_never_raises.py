"""Whatever stands in the file, load() gives a policy or all its mistakes, and nothing else."""

from __future__ import annotations

import re

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.call.policy import Policy
from app.policyfile import PolicyMistakes, load
from app.policyfile.proving import prove
from tests.policy.small import GOOD

LINES = GOOD.splitlines(keepends=True)
WRITTEN = """{ } [ ] : - ' " &a *a !!int | > ? --- ... # % 010 ٣ NO ~ null 1e999 -1 🦆 {beller} << kcc wmo hoofd
2026-02-30 08:30-17:00 ma-vr sip:a@b tel:112"""
PIECES = st.sampled_from([*re.findall(r"\S+", WRITTEN), "\n", "\t", "  ", "\u2028", "\x85", "14 0123", "9" * 400])
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def loaded(source: str | bytes) -> Policy | None:
    """The policy, or None after mistakes that can be printed."""
    try:
        return load(source)
    except PolicyMistakes as mistakes:
        told = mistakes.mistakes
    assert told
    assert all(mistake.line >= 1 and "\n" not in str(mistake) for mistake in told)
    return None


@QUICK
@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    loaded(text)


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes(source: bytes) -> None:
    loaded(source)


@QUICK
@given(st.lists(PIECES, max_size=40).map(" ".join))
def test_any_yaml_like_text(text: str) -> None:
    loaded(text)


@QUICK
@given(st.data())
def test_the_good_file_with_changes(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        where = data.draw(st.integers(0, len(lines[at])))
        how = data.draw(st.sampled_from(["insert", "delete", "repeat", "cut"]))
        if how == "insert":
            lines[at] = lines[at][:where] + data.draw(PIECES | st.text(max_size=8)) + lines[at][where:]
        elif how == "cut":
            lines[at] = lines[at][:where] + lines[at][where + data.draw(st.integers(1, 10)) :]
        elif how == "delete" and len(lines) > 1:
            del lines[at]
        else:
            lines.insert(data.draw(st.integers(0, len(lines))), lines[at])
    policy = loaded("".join(lines))
    if policy is not None:
        prove(policy)


@QUICK
@given(
    st.recursive(
        st.text(max_size=8) | PIECES,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["menus", "texts", "topics", "rules", "to", "choices", "words", "overflow", "x", "1", "0"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_shape(data: object) -> None:
    loaded(yaml.safe_dump({"numbers": data, "menus": data, "texts": data, "topics": data, "rules": data, "tests": data,
                           "offices": data, "municipality": data, "agents": data, "colleagues": data, "callbacks": data,
                           "hours": data, "departments": data}))  # fmt: skip
