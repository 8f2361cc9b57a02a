"""Names of attributes are compared as Python's parser stores them (NFKC, PEP 3131)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuber.protocol import attribute_name
from tuberd.exposure.kinds import Kind
from tuberd.exposure.policy import ExposurePolicy
from tuberd.served.registry import TuberRegistry

# Spellings of the same name; the first is the one that the parser stores.
SPELLINGS = [
    ("t_\u03bcs", "t_\u00b5s"),
    ("R_\u03a9", "R_\u2126"),
    ("fine", "\ufb01ne", "\uff46ine"),
    ("Ger\u00e4t", "Gera\u0308t"),
]
spelt = st.sampled_from(SPELLINGS).flatmap(
    lambda each: st.tuples(st.sampled_from(each), st.sampled_from(each), st.sampled_from(each))
)


def board(held_as: str, value: object, **lists: Any) -> object:
    made = type("Board", (), {"__tuber_object__": True, **lists})()
    setattr(made, held_as, value)
    return made


@given(spelt)
def test_a_name_reaches_an_attribute_of_any_spelling(names: tuple[str, str, str]) -> None:
    held_as, _, wanted = names
    served = board(held_as, 1)
    (member,) = ExposurePolicy().members(served)
    assert (member.name, member.value) == (attribute_name(wanted), 1)
    assert ExposurePolicy().member(served, wanted).value == 1


@given(spelt)
def test_an_excluded_name_is_excluded_in_every_spelling(names: tuple[str, str, str]) -> None:
    held_as, listed, wanted = names
    served = board(held_as, "token", __tuber_exclude__=(listed,))
    policy = ExposurePolicy()
    assert policy.members(served) == []
    assert policy.resolve(served, wanted) is None
    with pytest.raises(AttributeError, match="has no property"):
        policy.check_property(served, wanted)


@given(spelt)
def test_a_live_property_is_set_in_every_spelling(names: tuple[str, str, str]) -> None:
    held_as, listed, wanted = names
    served = board(held_as, 1, __tuber_dynamic__=listed)
    policy = ExposurePolicy()
    assert policy.live_names(served) == [attribute_name(held_as)]
    assert policy.invalid_live_names(served) == []
    assert policy.set_live(served, wanted, 2) == 2
    assert vars(served) == {held_as: 2}


@given(spelt)
def test_readonly_lists_are_compared_in_the_same_form(names: tuple[str, str, str]) -> None:
    held_as, listed, wanted = names
    cls = type("Board", (), {held_as: lambda self: 7, "__tuber_readonly__": (listed,)})
    assert ExposurePolicy(read_only=True).method(cls(), wanted)() == 7


def test_a_spelling_of_a_private_name_is_private() -> None:
    served = board("\uff3fsecret", 1, __tuber_expose__=())
    policy = ExposurePolicy()
    assert policy.members(served) == []
    for name in ("\uff3fsecret", "_secret", "\uff3f\uff3fclass__"):
        assert policy.resolve(served, name) is None


def test_other_spellings_are_not_kept_in_the_cache_of_methods() -> None:
    class Board:
        def fine(self) -> int:
            return 1

    policy = ExposurePolicy()
    for name in (*SPELLINGS[2], *SPELLINGS[2]):
        assert policy.method(Board(), name)() == 1
    assert list(policy.reachable[Board]) == ["fine"]


@given(spelt)
def test_the_registry_finds_an_object_in_every_spelling(names: tuple[str, str, str]) -> None:
    given_as, _, wanted = names
    served = board("inside", board("x", 1))
    registry = TuberRegistry({given_as: served})
    assert registry[wanted] is served
    assert list(registry) == [attribute_name(given_as)]
    assert registry.walk([wanted, "inside"], ExposurePolicy()) is vars(served)["inside"]
    assert getattr(registry, wanted) is served
    del registry[wanted]
    assert not registry


def test_names_that_become_equal_are_refused() -> None:
    served = board("fine", 1)
    with pytest.raises(ValueError, match=r"'t_\\u03bcs' and 't_\\xb5s', which are the same name"):
        TuberRegistry({"t_\u03bcs": served, "t_\u00b5s": served})
    with pytest.raises(ValueError, match="which are the same name"):
        TuberRegistry({"t_\u00b5s": served}, **{"t_\u03bcs": served})
    setattr(served, "\ufb01ne", 2)  # noqa: B010
    with pytest.raises(ValueError, match=r"registry\['Board'\] has 'fine' and '\\ufb01ne'"):
        TuberRegistry(Board=served)


def test_items_and_named_arguments_keep_their_spelling() -> None:
    class Echo:
        def echo(self, **kwargs: Any) -> Any:
            return kwargs

    assert ExposurePolicy().method(Echo(), "echo")(**{"\u00b5": 1}) == {"\u00b5": 1}
    assert ExposurePolicy().resolve(Echo(), "echo").kind is Kind.METHOD  # type: ignore[union-attr]
