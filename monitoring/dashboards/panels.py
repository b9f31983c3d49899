"""What the dashboard shows, from the first question of an on-call person to the last."""

from typing import Final

from monitoring.dashboards.panel import Panel, Query, Row

JOB: Final = 'job="docc2context"'
_CONVERT: Final = f'{JOB}, endpoint="/api/v1/convert"'
"""Matchers of the requests for conversions."""

_OURS: Final = f'{JOB}, outcome=~"success|server_error|timeout"'
_BAD: Final = f'{JOB}, outcome=~"server_error|timeout"'
"""Matchers of the conversions that the service could have done, and of those that it failed."""

_BUDGET: Final = 0.01
"""The share of those that may fail, as in alert_rules.yml."""


def _rate(metric: str, by: str, labels: str = JOB) -> str:
    """The rate of a counter for each value of the label `by`, for all replicas together."""
    return f"sum by ({by}) (rate({metric}{{{labels}}}[$__rate_interval]))"


def _quantile(share: float, metric: str, labels: str = JOB, *, by: str = "") -> Query:
    """A quantile of a histogram over 5 minutes, named in the legend after the histogram.

    For all replicas together, or for each value of the label `by`, which the legend then names too.
    """
    groups, prefix = (f"{by}, le", f"{{{{{by}}}}} ") if by else ("le", "")
    return Query(
        f"histogram_quantile({share}, sum by ({groups}) (rate({metric}_bucket{{{labels}}}[5m])))",
        f"{prefix}{metric.removesuffix('_seconds').removesuffix('_bytes')} p{share * 100:g}",
    )


UP: Final = Row(
    "Is it up?",
    kind="stat",
    panels=(
        Panel(
            "Replicas up",
            "Replicas that answered their last scrape.",
            (Query(f"sum(up{{{JOB}}})"),),
            playbook="service_down",
        ),
        Panel(
            "Replicas ready",
            "Replicas that accept conversions, can store uploads, and could start a converter "
            "when last tried.",
            (
                Query(
                    f"sum(min by (instance) (service_ready{{{JOB}}})"
                    f" * on (instance) converter_available{{{JOB}}})"
                ),
            ),
            playbook="service_not_ready",
        ),
        Panel(
            "Alerts firing",
            "Without Watchdog, which always fires.",
            (Query('count(ALERTS{alertstate="firing", severity!="none"}) or vector(0)'),),
        ),
        Panel(
            "Restarts in an hour",
            "How often a service process was started again, after a crash, a kill for lack of "
            "memory, or an update.",
            (Query(f"sum(changes(process_start_time_seconds{{{JOB}}}[1h]))"),),
            playbook="service_restarting",
        ),
        Panel(
            "Versions",
            "Replicas by version and commit; there are two during a rollout.",
            (
                Query(
                    f"count by (version, commit) (docc2context_build_info{{{JOB}}})",
                    "{{version}} {{commit}}",
                ),
            ),
        ),
        Panel(
            "Error budget left",
            "What is left of the 1 % of conversions that may fail through our fault in 30 days; "
            "below 0 the objective is missed.",
            (
                Query(
                    f"1 - sum(increase(conversions_total{{{_BAD}}}[30d]))"
                    f" / sum(increase(conversions_total{{{_OURS}}}[30d])) / {_BUDGET}"
                ),
            ),
            unit="percentunit",
            playbook="conversion_error_budget_slow_burn",
        ),
    ),
)

USERS: Final = Row(
    "Are users hurt?",
    (
        Panel(
            "Requests by status",
            "All requests, including scrapes and probes. 499 means that the client hung up.",
            (Query(_rate("http_requests_total", "status"), "{{status}}"),),
            unit="reqps",
            playbook="high_error_rate",
        ),
        Panel(
            "Conversions requested, by status",
            "How requests for conversions were answered.",
            (Query(_rate("http_requests_total", "status", _CONVERT), "{{status}}"),),
            unit="reqps",
            playbook="high_error_rate",
        ),
        Panel(
            "Share of failed requests",
            "Conversions that were answered 5xx (including crashes) or 429, and loads of pages "
            "that were answered 5xx. Scrapes, health checks, `/api/v1/status`, files of the pages, "
            "preflights, unknown addresses and 405 are left out.",
            (
                Query(
                    "(job:http_requests_5xx:increase5m or 0 * job:http_requests:increase5m)"
                    " / job:http_requests:increase5m",
                    "conversions 5xx",
                ),
                Query(
                    "(job:http_page_loads_5xx:increase5m or 0 * job:http_page_loads:increase5m)"
                    " / job:http_page_loads:increase5m",
                    "pages 5xx",
                ),
                Query(
                    "(job:http_requests_429:increase5m or 0 * job:http_requests:increase5m)"
                    " / job:http_requests:increase5m",
                    "conversions 429",
                ),
            ),
            unit="percentunit",
            playbook="high_error_rate",
        ),
        Panel(
            "Time to an answer",
            "For requests for a conversion, including those answered 429 or 503: from the head to "
            "the answer's last byte.",
            tuple(
                _quantile(share, "http_request_duration_seconds", _CONVERT)
                for share in (0.5, 0.95, 0.99)
            ),
            unit="s",
            playbook="conversion_slow",
        ),
        Panel(
            "Error budget burn rate",
            "At 1, the budget of 30 days lasts 30 days. Alerts fire at 14.4 over 1h, 6 over 6h, 1 "
            "over 3d.",
            tuple(
                Query(f"job:conversions_bad:ratio_rate{window} / {_BUDGET}", window)
                for window in ("5m", "1h", "6h", "3d")
            ),
            playbook="conversion_error_budget_fast_burn",
        ),
    ),
)

CONVERSIONS: Final = Row(
    "Conversions",
    (
        Panel(
            "Outcomes",
            "Uploads that asked for a conversion slot, or that the service could not receive.",
            (Query(_rate("conversions_total", "outcome"), "{{outcome}}"),),
            unit="ops",
        ),
        Panel(
            "Slots and queue",
            "While active equals slots, uploads wait; those that do not fit in the queue get 503. "
            "The line `arriving` counts uploads being received, at most UPLOAD_SLOTS a replica.",
            (
                Query(f"sum(active_conversions{{{JOB}}})", "active"),
                Query(f"sum(conversion_slots{{{JOB}}})", "slots"),
                Query(f"sum(conversion_queue_length{{{JOB}}})", "waiting"),
                Query(f"sum(active_uploads{{{JOB}}})", "arriving"),
            ),
            playbook="conversions_saturated",
        ),
        Panel(
            "Age of the oldest conversion",
            "By replica; 0 when idle. No conversion should outlast CONVERSION_TIMEOUT_SECONDS.",
            (
                Query(
                    f"clamp_min(time() - conversion_oldest_start_timestamp_seconds{{{JOB}}}, 0)"
                    f" * (conversion_oldest_start_timestamp_seconds{{{JOB}}} > bool 0)",
                    "{{instance}}",
                ),
            ),
            unit="s",
            playbook="conversion_stuck",
        ),
        Panel(
            "Phases, p95",
            "Waiting for a slot, reading the archive, and holding the slot as a whole.",
            (
                _quantile(0.95, "conversion_queue_wait_seconds"),
                _quantile(0.95, "zip_extraction_duration_seconds"),
                _quantile(0.95, "conversion_duration_seconds"),
            ),
            unit="s",
            playbook="conversion_slow",
        ),
        Panel(
            "Sizes, p95",
            "Uploads as received, and what is inflated from them.",
            (
                _quantile(0.95, "upload_size_bytes"),
                _quantile(0.95, "extraction_size_bytes"),
            ),
            unit="bytes",
        ),
        Panel(
            "Files of an archive, p95",
            "How many pages, metadata files and assets were inflated.",
            (_quantile(0.95, "extraction_file_count"),),
        ),
        Panel(
            "Pages",
            "Skipped pages could not be read; the bundle's manifest names them.",
            (Query(_rate("conversion_pages_total", "result"), "{{result}}"),),
            unit="ops",
        ),
        Panel(
            "Unknown nodes",
            "Content that the converter did not understand: DocC may have new node types.",
            (Query(f"topk(10, {_rate('conversion_unknown_nodes_total', 'node')})", "{{node}}"),),
            unit="ops",
        ),
        Panel(
            "Failures by place",
            "Failed conversions by where they failed; cli_error is everything without a type of "
            "its own.",
            (Query(_rate("conversion_errors_total", "error_type"), "{{error_type}}"),),
            unit="ops",
        ),
    ),
)

REFUSALS: Final = Row(
    "Refusals",
    (
        Panel(
            "Uploads refused, by reason",
            "By error code. Many hostile ones in a short time suggest an attack.",
            (Query(_rate("zip_rejections_total", "reason"), "{{reason}}"),),
            unit="ops",
            playbook="suspicious_archives",
        ),
        Panel(
            "Archives read",
            "By the reader's verdict.",
            (Query(_rate("zip_extractions_total", "status"), "{{status}}"),),
            unit="ops",
            playbook="extraction_failures",
        ),
        Panel(
            "Over the rate limit",
            "Requests answered 429.",
            (Query(_rate("rate_limit_rejections_total", "endpoint"), "{{endpoint}}"),),
            unit="ops",
            playbook="rate_limit_triggered",
        ),
        Panel(
            "Working rate limiters",
            "A rate limiter that cannot reach its store lets every request pass.",
            (Query(f"sum(rate_limiter_up{{{JOB}}})"),),
            playbook="rate_limiter_unavailable",
        ),
    ),
)

RESOURCES: Final = Row(
    "Resources against their limits",
    (
        Panel(
            "Memory",
            "Working set by replica. At the limit the kernel kills processes; the alert fires at "
            "90 %.",
            (
                Query(f"docc2context_memory_working_set_bytes{{{JOB}}}", "{{instance}}"),
                Query(f"min(docc2context_memory_limit_bytes{{{JOB}}})", "limit"),
            ),
            unit="bytes",
            playbook="memory_exhaustion",
        ),
        Panel(
            "CPU",
            "Cores that each replica uses, and how many it may use; the alert fires at 80 %.",
            (
                Query(
                    f"rate(docc2context_cpu_usage_seconds_total{{{JOB}}}[$__rate_interval])",
                    "{{instance}}",
                ),
                Query(f"min(docc2context_cpu_limit_cores{{{JOB}}})", "limit"),
            ),
            playbook="cpu_exhaustion",
        ),
        Panel(
            "CPU periods throttled",
            "Share of CPU quota periods in which a replica was throttled.",
            (
                Query(
                    f"rate(docc2context_cpu_throttled_periods_total{{{JOB}}}[$__rate_interval])"
                    f" / rate(docc2context_cpu_periods_total{{{JOB}}}[$__rate_interval])",
                    "{{instance}}",
                ),
            ),
            unit="percentunit",
            playbook="cpu_throttled",
        ),
        Panel(
            "Workspace left",
            "Free space on the filesystem that holds uploads and results; the alert fires below 1 "
            "GiB or 5 %.",
            (
                Query(f"docc2context_filesystem_avail_bytes{{{JOB}}}", "{{instance}} {{path}}"),
                Query(f"max(docc2context_filesystem_size_bytes{{{JOB}}})", "size"),
            ),
            unit="bytes",
            playbook="low_disk_space",
        ),
        Panel(
            "Kills for lack of memory",
            "Children and forkservers killed in the last hour. A kill of the service itself shows "
            "as a restart.",
            (Query(f"increase(docc2context_memory_oom_kills_total{{{JOB}}}[1h])", "{{instance}}"),),
            playbook="memory_oom_kill",
        ),
        Panel(
            "Event loop lag",
            "By replica. While timers run late, no request is answered, not even a health check.",
            (
                _quantile(0.5, "event_loop_lag_seconds", by="instance"),
                _quantile(0.99, "event_loop_lag_seconds", by="instance"),
            ),
            unit="s",
            playbook="event_loop_blocked",
        ),
        Panel(
            "Locks missing, orphaned folders",
            "Locks that the kernel denies the converter, and workspace folders that no service "
            "holds.",
            (
                Query(f"sum(converter_locks_missing{{{JOB}}})", "locks missing"),
                Query(f"max(docc2context_orphaned_workspaces{{{JOB}}})", "orphaned folders"),
            ),
            playbook="workspace_leak",
        ),
    ),
)

MONITORING: Final = Row(
    "Does the monitoring work?",
    (
        Panel(
            "Alerts firing, by name",
            "Watchdog always fires: if it does not, no other alert would either.",
            (
                Query(
                    'count by (alertname, severity) (ALERTS{alertstate="firing"})', "{{alertname}}"
                ),
            ),
        ),
        Panel(
            "Targets up",
            "Replicas of the service, Prometheus and Alertmanager.",
            (Query("sum by (job) (up)", "{{job}}"),),
            playbook="monitoring_target_down",
        ),
        Panel(
            "Notifications failed",
            "Notifications that Alertmanager could not deliver in the last 15 minutes, by "
            "integration.",
            (
                Query(
                    "sum by (integration) (increase(alertmanager_notifications_failed_total[15m]))",
                    "{{integration}}",
                ),
            ),
            playbook="alertmanager_notifications_failing",
        ),
        Panel(
            "Age of resource figures",
            "Time since a replica last read all its resource figures; usually under 5 s.",
            (
                Query(
                    f"time() - docc2context_resources_last_success_timestamp_seconds{{{JOB}}}",
                    "{{instance}}",
                ),
            ),
            unit="s",
            playbook="resource_metrics_stale",
        ),
        Panel(
            "Samples of a scrape",
            "SeriesExplosion warns at 4,000; a scrape of over 8,000 fails.",
            (Query(f"scrape_samples_scraped{{{JOB}}}", "{{instance}}"),),
            playbook="series_explosion",
        ),
        Panel(
            "Log lines dropped",
            "Lines lost in the last hour because what collects the log reads too slowly or not at "
            "all. Conversions go on.",
            (Query(f"increase(log_lines_dropped_total{{{JOB}}}[1h])", "{{instance}}"),),
        ),
    ),
)

ROWS: Final = (UP, USERS, CONVERSIONS, REFUSALS, RESOURCES, MONITORING)
