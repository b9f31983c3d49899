"""The real Alertmanager, for the tests beside this file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.programs import ProgramMissing
from monitoring.receiver import Receiver
from tests.monitoring.routing.alerting import TOKEN, Alerting


@pytest.fixture
def alerting(tmp_path: Path) -> Iterator[Alerting]:
    with Receiver(heartbeat_token=TOKEN) as receiver:
        try:
            alerting = Alerting(tmp_path, receiver)
        except ProgramMissing as missing:
            pytest.skip(f"SKIPPED: {missing}")
        with alerting.program:
            yield alerting
