"""Checks the counts of everything in data/ and prints them. Reads only; fails on the first number that is off."""

import csv
import json
import sys
from collections import Counter
from pathlib import Path

LARGEST_TOTAL = 3_000_000
# Holidays and make-up workdays as lists that cite the State Council's notices count them, by the year of the notice.
DAYS = {2020: (30, 6), 2021: (31, 7), 2022: (31, 7), 2023: (27, 7), 2024: (28, 8), 2025: (28, 5), 2026: (33, 6)}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expect(what, found, wanted):
    print(f"{what}: {found}")
    if found != wanted:
        raise SystemExit(f"{what}: expected {wanted}")


def tree(name, rows):
    codes = {r["code"] for r in rows}
    expect(f"{name}: codes twice", len(rows) - len(codes), 0)
    expect(f"{name}: codes not of 12 digits", sum(not (len(c) == 12 and c.isdigit()) for c in codes), 0)
    expect(f"{name}: parents missing", sum(r["parent"] not in codes for r in rows if r["parent"]), 0)
    expect(f"{name}: roots", sum(not r["parent"] for r in rows), 1)
    pairs = Counter((r["parent"], r["short"]) for r in rows)
    expect(f"{name}: short names shared by siblings", sum(n > 1 for n in pairs.values()), 0)


def regions(data):
    shanghai, xihu = read(data / "regions" / "shanghai.csv"), read(data / "regions" / "xihu.csv")
    tree("shanghai", shanghai)
    tree("xihu", xihu)
    expect("shanghai by level", dict(Counter(r["level"] for r in shanghai)),
           {"city": 1, "district": 16, "street": 234, "committee": 6509})
    expect("xihu by level", dict(Counter(r["level"] for r in xihu)),
           {"province": 1, "city": 1, "district": 1, "street": 12, "committee": 222})
    expect("shanghai special streets", sum(r["kind"] == "special" for r in shanghai), 19)
    expect("shanghai virtual committees", sum(r["kind"] == "virtual" for r in shanghai), 13)
    expect("xihu special and virtual", sum(r["kind"] in ("special", "virtual") for r in xihu), 0)
    for name, rows in (("shanghai", shanghai), ("xihu", xihu)):
        print(f"{name} by kind: {dict(Counter(r['kind'] for r in rows if r['level'] in ('street', 'committee')))}")
    return {r["code"]: r for r in shanghai + xihu}


def places(data, rows):
    real, demo = read(data / "regions" / "places.csv"), read(data / "demo" / "places.csv")
    three = {c: r for c, r in rows.items() if c[:6] in ("310112", "310118", "330106") and r["kind"] != "virtual"}
    wanted = {c for c, r in three.items() if r["level"] in ("street", "committee")}
    expect("places missing", len(wanted - {p["code"] for p in real + demo}), 0)
    expect("places twice or unknown", len(real) + len(demo) - len(wanted), 0)
    expect("points used twice", len(real) + len(demo) - len({(p["lng"], p["lat"]) for p in real + demo}), 0)
    expect("basis of data/demo/places.csv", sorted({p["basis"] for p in demo}), ["demo"])
    for name, part in (("regions", real), ("demo", demo)):
        counts = Counter((p["code"][:6], p["level"]) for p in part)
        print(f"{name}/places.csv: " + ", ".join(f"{c} {level} {n}" for (c, level), n in sorted(counts.items())))


def holidays(data):
    rows = read(data / "holidays" / "holidays.csv")
    found = {y: tuple(sum(r["year"] == str(y) and r["kind"] == k for r in rows) for k in ("holiday", "makeup"))
             for y in DAYS}
    expect("holidays and make-up days by year", found, DAYS)
    expect("holidays of other years", sum(int(r["year"]) not in DAYS for r in rows), 0)
    published = [int(r["year"]) for r in read(data / "holidays" / "published_years.csv")]
    expect("published years", published, sorted(DAYS))


def outlines(data):
    paths = sorted((data / "regions" / "outlines").glob("*.geojson"))
    expect("outlines", len(paths), 17)
    expect("outlines in WGS-84", sum(json.loads(p.read_text())["properties"]["datum"] == "WGS-84" for p in paths), 17)
    print(f"largest outline: {max(p.stat().st_size for p in paths)} bytes")


def demo(data):
    courses, venues = read(data / "demo" / "courses.csv"), read(data / "demo" / "venues.csv")
    expect("courses named twice", len(courses) - len({c["name"] for c in courses}), 0)
    expect("courses with a fee turned round", sum(int(c["fee_low_fen"]) > int(c["fee_high_fen"]) for c in courses), 0)
    expect("courses without 4 to 8 units", sum(not 4 <= len(c["outline"].split(";")) <= 8 for c in courses), 0)
    expect("courses without 2 to 4 goals", sum(not 2 <= len(c["goals"].split(";")) <= 4 for c in courses), 0)
    expect("levels", sorted({c["level"] for c in courses}), sorted(["入门", "基础", "提高", "研习"]))
    expect("risks", sorted({c["risk"] for c in courses}), ["none", "strenuous"])
    expect("modes", sorted({c["mode"] for c in courses}), ["hybrid", "on_site", "online"])
    rooms = {category for v in venues for category in v["categories"].split(";")}
    expect("categories without a room, rooms without one", rooms ^ {c["category"] for c in courses}, set())
    print(f"courses by category: {dict(Counter(c['category'] for c in courses))}")
    print(f"courses {len(courses)}, venues {len(venues)}, surnames {len(read(data / 'demo' / 'surnames.csv'))}, "
          f"given names {len(read(data / 'demo' / 'given_names.csv'))}")


def size(data):
    total = sum(p.stat().st_size for p in data.rglob("*") if p.is_file())
    print(f"data/: {total} bytes")
    if total > LARGEST_TOTAL:
        raise SystemExit(f"data/ is over {LARGEST_TOTAL} bytes")


def main(data):
    rows = regions(data)
    outlines(data)
    places(data, rows)
    holidays(data)
    demo(data)
    size(data)


if __name__ == "__main__":
    main(Path(sys.argv[2] if len(sys.argv) > 2 else sys.argv[1]))
