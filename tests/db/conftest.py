"""Repositories in one transaction on the test's own database."""

from collections.abc import AsyncIterator

import pytest

from db import Database, Session
from db.pool import Pool


@pytest.fixture
def db(pool: Pool) -> Database:
    return Database(pool)


@pytest.fixture
async def tx(db: Database) -> AsyncIterator[Session]:
    """Every repository in one transaction; nobody else sees what it writes."""
    async with db.transaction() as session:
        yield session
