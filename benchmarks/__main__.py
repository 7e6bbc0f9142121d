"""Run every measurement, one after another: `make bench`, or one alone with `python -m benchmarks.voice_turn`."""

from benchmarks import cold_start, voice_turn

MEASUREMENTS = (cold_start, voice_turn)

for measurement in MEASUREMENTS:
    print(f"== {measurement.__name__}")
    measurement.main()
