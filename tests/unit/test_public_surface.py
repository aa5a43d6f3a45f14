from types import ModuleType

import codat


def test_codat_exports_exactly_what_it_promises():
    public = [
        name
        for name, value in vars(codat).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    ]

    assert sorted(public) == sorted(codat.__all__)


def test_the_list_of_exports_is_sorted():
    constants_first = sorted(codat.__all__, key=lambda name: (not name.isupper(), name))

    assert constants_first == codat.__all__
