"""Write record_moments.csv: days and minutes as spreadsheets store them, read by openpyxl."""

import csv
import random
from pathlib import Path

from openpyxl.utils.datetime import from_excel

rng = random.Random(20170401)
days = sorted({36526, 36800, 42826, 42916, 43040, 43190, *rng.sample(range(36526, 55000), 24)})
minutes = sorted({0, 1, 59, 60, 750, 1439, *rng.sample(range(1440), 34)})

with (Path(__file__).parent / "record_moments.csv").open("w", encoding="utf-8", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["stored", "means"])
    writer.writerows([str(day), f"{from_excel(day):%Y-%m-%d}"] for day in days)
    for minute in minutes:
        stored = f"{minute / 1440:.15g}"
        writer.writerow([stored, f"{from_excel(float(stored)):%H:%M}"])
