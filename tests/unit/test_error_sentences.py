from bot.domain.errors import MusterError


class SheetGone(MusterError):
    """The sheet is gone.
    Post it again with `/raid show`.

    Raised when Discord no longer has the message.
    """


class Unsaid(SheetGone):
    pass


def test_an_error_says_the_first_paragraph_of_its_docstring():
    assert str(SheetGone()) == "The sheet is gone. Post it again with `/raid show`."


def test_an_error_without_words_of_its_own_says_its_parents():
    assert str(Unsaid()) == str(SheetGone())


def test_a_message_replaces_the_docstring():
    assert str(SheetGone("Raid 7 has no sheet. Type `/raid show 7`.")) == "Raid 7 has no sheet. Type `/raid show 7`."
