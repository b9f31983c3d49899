"""Imported only by the forkserver, which thereby leaves the service's session and group.

What a terminal sends to its programs when it is closed, or `timeout` and supervisors to a group,
would end the forkserver, and with it the conversions that a stopping service waits for.
"""

from app.worker.locks.session import lead_own_session

lead_own_session()
