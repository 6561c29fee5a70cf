"""Answers are said and forgotten: whatever their buttons need stands in the message."""

import asyncio

from raid_stage import Stage


def kept_views() -> list[str]:
    """What the library waits for on behalf of views it has stored."""
    waiting = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return [name for name in waiting if "timeout_task" in name]


async def test_the_library_keeps_no_view_of_an_answer(stage: Stage):
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    answer = await stage.member.click(sheet, "My sign-up")
    assert "Withdraw" in answer.labels
    assert kept_views() == []
