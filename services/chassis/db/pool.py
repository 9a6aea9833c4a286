"""Lends transactions that see only the practices they name."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self

import psycopg
import structlog
from psycopg import AsyncConnection, AsyncPipeline, sql
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from services.chassis import errors, metrics

if TYPE_CHECKING:
    from services.chassis.config import ProcessConfig

ALL_PRACTICES = str(uuid.UUID(int=0))
"""Stands where a practice id must and no single practice is meant; no practice has it."""

LOCK_TIMEOUT_MS = 2_000
"""Milliseconds a statement waits for a lock before the call is refused as UNAVAILABLE."""

STATEMENT_TIMEOUT_MS = 10_000
"""Milliseconds a statement may run; a lost server would hold the connection for ever."""

RANDOM_PAGE_COST = 1.1
"""
What a page costs out of order, in pages read in order.

PostgreSQL's own 4 is a disk's with a moving arm. With it, looking up a batch of ids read the whole practice as long as
its table was small: holds cost 180 us of PostgreSQL's time with 6,000 claims and 300 with 36,000 (tests/bench).
"""

IDLE_IN_TRANSACTION_MS = 60_000
"""Milliseconds a transaction may stay open without a statement; its locks stop others."""

CHECKOUT_TIMEOUT_S = 3.0
"""Seconds a call waits for a connection before the database counts as down."""

RECONNECT_TIMEOUT_S = 2.0
"""Seconds the pool tries by itself; then the next call makes it try again, so recovery needs no restart."""

POOL_SIZE = 10
"""Connections a process keeps at most: a batch writer needs one, calls with their own transaction the rest."""

_DURABLE = ("on", "remote_apply")

log = structlog.get_logger(__name__)


class NotDurable(Exception):
    """The server acknowledges a commit before it is on disk: an answer given could be lost."""


class DatabaseLost(errors.Unavailable):
    """No connection could be had, or the one in use died."""


class Connection(AsyncConnection[TupleRow]):
    """A connection that knows in whose name this process writes audit records."""

    emitter: str = ""

    piped: AsyncPipeline | None = None
    """What sends this transaction's statements without waiting for answers, in a transaction of `begin_piped`."""


class Database:
    """One service's database, reached by one role."""

    def __init__(self, pool: AsyncConnectionPool[Connection], *, role: str = "") -> None:
        self._pool = pool
        self._role = role
        self._is_lost = False

    def acting_as(self, role: str) -> Database:
        """Return a way into the same pool whose transactions take on the role `<db>_<role>`, with its rights only."""
        return Database(self._pool, role=role)

    @classmethod
    async def open(cls, config: ProcessConfig) -> Self:
        """Open the pool that *config* describes; a database that is down makes no difference yet."""
        return await cls.connect(config.database_url, emitter=f"{config.service}/{config.instance}")

    @classmethod
    async def connect(cls, url: str, *, emitter: str, min_size: int = 1, max_size: int = POOL_SIZE) -> Self:
        """Open a pool on *url*, whose audit records carry *emitter*."""

        async def configure(conn: Connection) -> None:
            conn.emitter = emitter
            row = await (await conn.execute("show synchronous_commit")).fetchone()
            if row is None or row[0] not in _DURABLE:
                raise NotDurable(f"synchronous_commit is {row[0] if row else 'unknown'}")

        options = (
            f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
            f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS} -c timezone=UTC"
            f" -c random_page_cost={RANDOM_PAGE_COST}"
        )
        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=Connection,
            # Transactions are opened by `begin` with one round trip, so psycopg must not open its own.
            kwargs={"autocommit": True, "options": options, "application_name": f"kept {emitter}"},
            configure=configure,
            min_size=min_size,
            max_size=max_size,
            timeout=CHECKOUT_TIMEOUT_S,
            reconnect_timeout=RECONNECT_TIMEOUT_S,
            open=False,
            name=emitter,
        )
        await pool.open(wait=False)
        return cls(pool)

    async def close(self) -> None:
        """Wait for borrowed connections for a while, then close them."""
        await self._pool.close()

    @asynccontextmanager
    async def begin(self, practice_ids: Collection[str]) -> AsyncIterator[Connection]:
        """
        Open a transaction that sees the rows of *practice_ids*; commit it unless the body raises.

        Args:
            practice_ids: UUID strings. None of them: no practice's row is visible.

        Raises:
            Unavailable: The database is down, a lock or a statement took too long, or a deadlock was
                broken. After a lost COMMIT nobody knows: retry under the same request id. (UNAVAILABLE)
        """
        opening = f"BEGIN; SET LOCAL kept.practices = '{practice_list(practice_ids)}'"
        async with self._lend() as conn:
            try:
                if self._role:
                    opening += f"; {_take_on(conn, self._role)}"
                # Statements in one message can't be prepared.
                await conn.execute(opening.encode(), prepare=False)
                yield conn
                done = await conn.execute(b"COMMIT", prepare=False)
                if done.statusmessage != "COMMIT":
                    raise _swallowed()
            except BaseException:
                await _roll_back(conn)
                raise

    @asynccontextmanager
    async def begin_piped(self, practice_ids: Collection[str]) -> AsyncIterator[Connection]:
        """
        Open a transaction as `begin` does, whose statements travel with their neighbours.

        A statement is on its way once something fetches a row, and its row count is known after `together`; opening
        and commit cost no round trip of their own. For hot batches: a lone statement gains nothing.
        """
        async with self._lend() as conn:
            try:
                async with conn.pipeline() as conn.piped:
                    await conn.execute(b"BEGIN")
                    await conn.execute(b"select set_config('kept.practices', %b, true)", (practice_list(practice_ids),))
                    if self._role:
                        await conn.execute(_take_on(conn, self._role).encode())
                    yield conn
                    done = await conn.execute(b"COMMIT")
                if done.statusmessage != "COMMIT":
                    raise _swallowed()
            except BaseException:
                await _roll_back(conn)
                raise
            finally:
                conn.piped = None

    async def check(self) -> bool:
        """Tell whether the database answers; drops connections that died."""
        try:
            async with self.begin([]) as conn:
                await conn.execute("select 1")
        except errors.Unavailable:
            return False
        return True

    def measure(self) -> None:
        """Set the gauges of the pool."""
        stats = self._pool.get_stats()
        size, free = stats.get("pool_size", 0), stats.get("pool_available", 0)
        metrics.POOL_IN_USE.set(size - free)
        metrics.POOL_WAITING.set(stats.get("requests_waiting", 0))

    @asynccontextmanager
    async def _lend(self) -> AsyncIterator[Connection]:
        conn = await self._borrow()
        try:
            yield conn
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise self._unavailable(error, is_lost=conn.closed) from error
        finally:
            await self._pool.putconn(conn)

    async def _borrow(self) -> Connection:
        try:
            conn = await self._pool.getconn()
        except (PoolTimeout, PoolClosed, TooManyRequests, psycopg.OperationalError) as error:
            raise self._unavailable(error, is_lost=True) from error
        if self._is_lost:
            self._is_lost = False
            log.info("dependency.regained", dependency="postgresql")
        return conn

    def _unavailable(self, error: Exception, *, is_lost: bool) -> errors.Unavailable:
        if is_lost and not self._is_lost:
            self._is_lost = True
            log.warning("dependency.lost", dependency="postgresql", error=type(error).__name__)
        kind = DatabaseLost if is_lost else errors.Unavailable
        return kind("The database does not answer.", dependency="postgresql")


@asynccontextmanager
async def together(conn: Connection) -> AsyncIterator[None]:
    """Send the body's statements without waiting for each answer; all are there in the end."""
    if conn.piped is None:
        async with conn.pipeline():
            yield
        return
    yield
    await conn.piped.sync()


def practice_list(practice_ids: Collection[str]) -> str:
    """
    Write the practices of a transaction as the setting holds them.

    Danger: the text goes into a statement unquoted; each id is parsed first, so it can hold nothing else.
    """
    return ",".join(sorted({str(uuid.UUID(each)) for each in practice_ids}))


async def widen(conn: Connection, practice_ids: Collection[str]) -> None:
    """Let the open transaction see *practice_ids* too; for events that hold several practices."""
    row = await (await conn.execute("select current_setting('kept.practices', true)")).fetchone()
    seen = [each for each in (row[0] if row and row[0] else "").split(",") if each]
    await conn.execute("select set_config('kept.practices', %s, true)", (practice_list([*seen, *practice_ids]),))


@asynccontextmanager
async def acting_as(conn: Connection, role: str) -> AsyncIterator[None]:
    """Take on the role `<db>_<role>` in the open transaction; what fails inside ends the transaction, role and all."""
    await conn.execute(_take_on(conn, role).encode())
    yield
    await conn.execute(b"RESET ROLE")


def _take_on(conn: Connection, role: str) -> str:
    """Write the statement; names of databases and roles are the operator's, so they are quoted."""
    return f"SET LOCAL ROLE {sql.Identifier(f'{conn.info.dbname}_{role}').as_string(conn)}"


def _swallowed() -> RuntimeError:
    return RuntimeError("The body swallowed a database error; its transaction was rolled back.")


async def _roll_back(conn: Connection) -> None:
    if conn.closed:
        return
    try:
        await conn.execute(b"ROLLBACK", prepare=False)
    except psycopg.Error:
        # The pool throws a closed connection away and opens another.
        await conn.close()
