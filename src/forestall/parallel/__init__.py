"""Tasks side by side: in this process, in several on this machine (joblib), or on a Dask cluster.

    with workers(cluster="local:4") as crew:  # or workers(jobs=4), or workers(): this process
        for result in crew.each(function, items):
            ...

Results come in the order of the items and do not depend on where they were made: a task gets all it needs from its
function and its item, and works on one thread. What the function carries (a panel in a functools.partial) is sent to
a worker once, not once a task: bind there what is large, and keep items small. Function and items must survive
pickling. A worker that dies takes nothing with it but time: its tasks are done again by another.
"""

from forestall.parallel.workers import Here, Workers, workers

__all__ = ["Here", "Workers", "workers"]
