"""What metrics cost, in three measurements: `make bench-metrics`.

    python -m benchmarks.metrics [ARCHIVE…]

First what a request costs with our middleware and with others', then what a scrape costs, last, for
each ARCHIVE, the share of all measuring in what a busy service costs.
"""

import asyncio
import logging
import sys
from pathlib import Path

from benchmarks.measuring_share import print_share_of_measuring
from benchmarks.middleware import print_costs_of_requests
from benchmarks.scrape import print_costs_of_scrapes


def main(archives: list[str]) -> None:
    asyncio.run(print_costs_of_requests())
    print_costs_of_scrapes()
    # The scraped application has configured logging: httpx2 would report each of its requests.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    for archive in archives:
        print_share_of_measuring(Path(archive))


if __name__ == "__main__":
    main(sys.argv[1:])
