"""Makes the Prometheus Operator's form of alert_rules.yml: `python -m monitoring.kubernetes`."""

from typing import Final

import yaml

from monitoring import configs

FILE: Final = configs.ROOT / "deploy/kubernetes/prometheus-rule.yml"

_HEAD: Final = """\
# Made from alert_rules.yml by `make kubernetes`; a test compares them.
#
# Links to playbooks lead to the address of your Prometheus, which serves them where it is given
# monitoring/user-assets by --web.user-assets.
"""


def text() -> str:
    """The resource as YAML, with the groups as they are."""
    resource = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "docc2context"},
        "spec": configs.load(configs.RULES),
    }
    return _HEAD + yaml.safe_dump(resource, sort_keys=False, width=100, allow_unicode=True)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
