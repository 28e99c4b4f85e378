from backend.domain.same_text import folded, text_key


def test_case_white_space_and_forms_of_the_same_letters_do_not_matter() -> None:
    assert folded("  Ｈello\tWORLD\n") == folded("hello world")
    assert text_key(["e\u0301tat", "x"]) == text_key(["État", "X "])


def test_other_words_and_other_places_do() -> None:
    assert text_key(["a", "b"]) != text_key(["a b", ""])
    assert folded("cafe") != folded("café")
