"""Classes that a served object makes in each call are not kept."""

from __future__ import annotations

import gc
import weakref
from typing import Any

from tests.unit.tuberd.served.test_descriptions import describer
from tuberd.exposure import policy as policy_module
from tuberd.exposure.lasting import LastingClasses
from tuberd.exposure.policy import ExposurePolicy


def fresh_class() -> Any:
    class Fresh:
        """A class of its own, which its method refers to."""

        __tuber_object__ = True

        def read(self) -> object:
            return __class__  # type: ignore[name-defined]

    return Fresh


def test_a_class_lasts_when_it_is_seen_again() -> None:
    classes, kept = LastingClasses(), fresh_class()
    assert [classes.lasts(kept), classes.lasts(kept)] == [False, True]
    for _ in range(1000):
        assert not classes.lasts(fresh_class())
    gc.collect()
    assert len(classes._seen) == 1
    assert classes.lasts(kept)


def test_neither_policy_nor_describer_keeps_classes_that_are_used_once() -> None:
    policy, references = ExposurePolicy(), []
    made = describer()
    for _ in range(100):
        served = fresh_class()()
        references.append(weakref.ref(type(served)))
        policy.method(served, "read")
        made.in_full(served)
    del served
    gc.collect()
    assert [each for each in references if each() is not None] == []


def test_the_cache_of_methods_is_bounded(monkeypatch: Any) -> None:
    monkeypatch.setattr(policy_module, "MAX_KNOWN_CLASSES", 10)
    policy = ExposurePolicy()
    for _ in range(25):
        served = fresh_class()()
        for _ in range(2):
            policy.method(served, "read")
    assert len(policy.reachable) <= 10
