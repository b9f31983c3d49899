"""The HTTP protocol that uvicorn is given: its own, with all that this package adds.

    uvicorn --http app.http.protocol:BoundedProtocol app.main:app

uvicorn trusts its clients, and what it does is out of an application's reach. So each module here
adds one concern, as a class derived from that of the module before it: upgrade, hangup_report,
refusal, head_deadline, well_formed, download_deadline, slow_readers, linger, idle, head_bounds.
"""

from app.http.head_bounds import BoundedHead


class BoundedProtocol(BoundedHead):
    """The end of the chain, under a name for commands that stays when the chain grows."""
