"""How the class of what was pressed is found."""

import re
from typing import Any

from bot.components import DrawnElsewhere, PersistentClasses


class Page(DrawnElsewhere, template=r"page:(?P<page>\d)"):
    async def act(self, interaction: Any) -> None: ...


class Row(DrawnElsewhere, template=r"row:(?P<row>\d)"):
    async def act(self, interaction: Any) -> None: ...


class PageAgain(DrawnElsewhere, template=Page.pattern.pattern):
    async def act(self, interaction: Any) -> None: ...


def found(classes: PersistentClasses, custom_id: str) -> tuple[type, dict[str, str]] | None:
    one: Any = classes.find(custom_id)
    return one and (type(one), one.match.groupdict())


def test_the_whole_id_must_fit() -> None:
    classes = PersistentClasses()
    classes.add(Page, Row)
    assert found(classes, "page:3") == (Page, {"page": "3"})
    assert found(classes, "row:4") == (Row, {"row": "4"})
    assert [classes.find(one) for one in ("", "page:", "page:33", "a page:3", "page:3\n")] == [None] * 5


def test_what_comes_later_is_found_although_it_was_sought_before() -> None:
    classes = PersistentClasses()
    assert classes.find("page:3") is None
    classes.add(Page)
    assert found(classes, "page:3") == (Page, {"page": "3"})


def test_a_class_that_is_loaded_again_takes_its_place() -> None:
    classes = PersistentClasses()
    classes.add(Page)
    assert found(classes, "page:3") == (Page, {"page": "3"})
    classes.add(PageAgain)
    assert found(classes, "page:3") == (PageAgain, {"page": "3"})
    assert list(classes) == [PageAgain]


def test_what_is_drawn_elsewhere_knows_what_its_id_says() -> None:
    match = re.fullmatch(Page.pattern, "page:3")
    assert match
    assert Page.of(match).match["page"] == "3"
