"""Run every measurement, one after another: `make bench`, or one alone with `python -m benchmarks.webhooks`."""

from benchmarks import cold_start, first_ring, oncall, webhooks

MEASUREMENTS = (cold_start, first_ring, oncall, webhooks)

for measurement in MEASUREMENTS:
    print(f"== {measurement.__name__.removeprefix('benchmarks.').replace('_', ' ')}", flush=True)
    measurement.main()
