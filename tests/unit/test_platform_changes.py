"""What a platform makes of a text: cut, or without the letters that it can't store."""

import pytest

from activities.platform_changes import may_become


@pytest.mark.parametrize(
    ("sent", "shown", "is_it"),
    [
        ("Müller & Söhne", "M?ller & S?hne", True),
        ("Müller & Söhne", "MULLER & SOHNE", True),
        ("Müller & Söhne", "Mueller & Soehne", True),
        ("Müller & Söhne", "M?ller & S", True),
        ("Straße 7", "Strasse 7", True),
        ("Мельница 17", "???????? 17", True),
        ("Мельница 17", "Мельница", True),
        ("Mill", "Mill and Sons", False),
        ("Mill and Sons", "and Sons", False),
        ("Müller", "Möller", False),
        ("Мельница 17", "Пекарня 17", False),
        ("Мельница 17", "???????? 18", False),
    ],
)
def test_a_text_may_be_cut_or_lack_letters(sent, shown, is_it):
    assert is_it == may_become(sent, shown)
