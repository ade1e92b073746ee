"""Extracts data/holidays from the npm package chinese-days, only for years whose notice has been published."""

import csv
import json
import sys
from pathlib import Path

# One notice a year: day of the notice, its number. A year is added here when its notice is out, never before.
NOTICES = {
    2020: ("2019-11-21", "国办发明电〔2019〕16号"),
    2021: ("2020-11-25", "国办发明电〔2020〕27号"),
    2022: ("2021-10-25", "国办发明电〔2021〕11号"),
    2023: ("2022-12-08", "国办发明电〔2022〕16号"),
    2024: ("2023-10-25", "国办发明电〔2023〕7号"),
    2025: ("2024-11-12", "国办发明电〔2024〕12号"),
    2026: ("2025-11-04", "国办发明电〔2025〕7号"),
}
# The Spring Festival of 2020 was lengthened to 2 February by a second notice.
AMENDMENTS = {2020: "国办发明电〔2020〕1号"}
NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def notice_year(day, name):
    """A New Year's holiday can begin in December: that day is set by the next year's notice."""
    year = int(day[:4])
    return year + 1 if name == "元旦" and day[5:7] == "12" else year


def main(work, data):
    package = work / "node_modules" / "chinese-days"
    days = json.loads((package / "dist" / "chinese-days.json").read_text(encoding="utf-8"))
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    rows = []
    for kind, key in (("holiday", "holidays"), ("makeup", "workdays")):
        for day, text in days[key].items():
            name = text.split(",")[1]
            year = notice_year(day, name)
            if year in NOTICES:
                rows.append([day, kind, NAMES.get(name, name), year, NOTICES[year][1]])
    folder = data / "holidays"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "holidays.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", "kind", "name", "year", "source"])
        writer.writerows(sorted(rows))
    with open(folder / "published_years.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["year", "published_on", "notice", "amended_by", "holidays", "makeups", "extracted_from"])
        for year, (published, notice) in NOTICES.items():
            counts = [sum(1 for r in rows if r[3] == year and r[1] == kind) for kind in ("holiday", "makeup")]
            writer.writerow([year, published, notice, AMENDMENTS.get(year, ""), *counts, f"chinese-days {version}"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
