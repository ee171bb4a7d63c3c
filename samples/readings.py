"""Summaries of temperature readings, one line per station."""

import csv
import statistics
from collections import defaultdict
from dataclasses import dataclass


@dataclass
class Summary:
    station: str
    count: int
    mean: float
    highest: float


def read(path):
    readings = defaultdict(list)
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["celsius"]:
                readings[row["station"]].append(float(row["celsius"]))
    return readings


def summarize(readings):
    for station, values in sorted(readings.items()):
        yield Summary(station, len(values), statistics.mean(values), max(values))


# Four spaces, then eight: how many tokens is an indentation?
def is_leap(year):
    if year % 4 == 0:
        if year % 100 == 0:
            return year % 400 == 0
        return True
    return False


if __name__ == "__main__":
    for summary in summarize(read("readings.csv")):
        print(f"{summary.station:<12} {summary.count:4d} {summary.mean:6.1f} {summary.highest:6.1f}")
