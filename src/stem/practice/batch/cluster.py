"""A batch on a Dask cluster; see `remote_job` for what travels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stem.errors import UsageError
from stem.messages import Message
from stem.practice.batch.jobs import Job
from stem.practice.batch.remote_job import make_away, packed

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE_S = 10


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """A cluster with the luggage of a batch on it.

    Attributes:
        address: Of its scheduler.
        client: Connected to it.
        luggage: What the jobs need, on its way to the workers.
        workers: How many things it does at once.
        task: What a worker does with a job.
    """

    address: str
    client: Client
    luggage: Any
    workers: int
    task: Any = make_away

    @contextmanager
    def opened(self, _count: int) -> Iterator[Executor]:
        """Lend an executor on the cluster; see `executor.OpenExecutor`.

        Raises:
            UsageError: when the cluster is gone.
        """
        if self.client.status != "running":
            raise UsageError(
                Message("The Dask cluster at {address} is gone.", address=self.address),
                hint=Message("{The_same} goes on."),
            )
        executor = _Carrying(self.client.get_executor(pure=False), self.luggage)
        try:
            yield executor
        finally:
            executor.shutdown(cancel_futures=True)


class _Carrying(Executor):
    """An executor that gives every task the luggage too."""

    def __init__(self, inner: Executor, luggage: Any) -> None:
        self._inner = inner
        self._luggage = luggage
        self._futures: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task over.

        Raises:
            BrokenExecutor: when the cluster takes none any more.
        """
        try:
            future = self._inner.submit(fn, *args, self._luggage, **kwargs)
        except Exception as error:
            raise BrokenExecutor(str(error)) from error
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - Executor's
        """Drop what is not done."""
        if cancel_futures:
            for future in list(self._futures):
                future.cancel()
        self._inner.shutdown(wait=wait and not cancel_futures)


@contextmanager
def on_cluster(address: str, jobs: Sequence[Job]) -> Iterator[Cluster]:
    """Connect to a Dask cluster and send it what jobs need.

    Args:
        address: Of its scheduler, as "tcp://scheduler:8786".
        jobs: All of a batch.

    Raises:
        UsageError: when dask is not installed, or no cluster with a worker answers there.
        AudioError: when a file that has to travel cannot be read.
    """
    try:
        from distributed import Client
    except ImportError as error:
        hint = Message("Install it: pip install 'stem-meditatie[dask]'")
        raise UsageError(Message("{dask} needs the package distributed."), hint=hint) from error
    luggage = packed(jobs)
    try:
        client = Client(address, timeout=_PATIENCE_S, set_as_default=False)
    except Exception as error:
        hint = Message("It is told by: dask scheduler, as tcp://machine:8786")
        raise UsageError(
            Message("No Dask cluster answers at '{address}'.", address=address), hint=hint
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE_S)
        except TimeoutError as error:
            hint = Message("Start one: dask worker {address}", address=address)
            raise UsageError(
                Message("The Dask cluster at {address} has no workers.", address=address), hint=hint
            ) from error
        [there] = client.scatter([luggage], broadcast=True)
        yield Cluster(address, client, there, max(1, sum(client.nthreads().values())))
