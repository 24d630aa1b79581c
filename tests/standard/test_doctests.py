"""The examples in the documentation of the standard give what they say."""

import doctest
import importlib
import pkgutil

import pytest

import analysis.standard

MODULES = [module.name for module in pkgutil.iter_modules(analysis.standard.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(importlib.import_module(f"analysis.standard.{name}")).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    modules = [importlib.import_module(f"analysis.standard.{name}") for name in MODULES]
    assert sum(len(test.examples) for module in modules for test in finder.find(module)) > 0
