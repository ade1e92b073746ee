-- A node of the organisation tree: an area (city, district, street, neighborhood) or an institution on it.
-- Name, parent and status stand here as they are today; their history is in org_name and org_edge.
CREATE TABLE org (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    parent_id BIGINT REFERENCES org (id),
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    -- Spellings under which the name is found: pinyin and initials, blanks between.
    spelling TEXT NOT NULL DEFAULT '',
    region_code TEXT,
    status TEXT NOT NULL,
    opened_on TEXT NOT NULL,
    closed_on TEXT,
    successor_id BIGINT REFERENCES org (id),
    is_public BOOLEAN NOT NULL,
    -- Zones that only resemble a street, and committees that exist for statistics: nobody counts them to people.
    special BOOLEAN NOT NULL DEFAULT FALSE,
    version BIGINT NOT NULL
);
CREATE INDEX org_parent ON org (parent_id, kind);
CREATE UNIQUE INDEX org_region ON org (region_code);
-- The path of ids from the root, each as its outside text: '/0f…/0g…/'. One table, so that a scope is one range.
CREATE TABLE org_path (
    org_id BIGINT PRIMARY KEY REFERENCES org (id),
    path TEXT NOT NULL
);
CREATE UNIQUE INDEX org_path_text ON org_path (path);
CREATE TABLE org_name (
    org_id BIGINT NOT NULL REFERENCES org (id),
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    PRIMARY KEY (org_id, valid_from)
);
CREATE TABLE org_edge (
    org_id BIGINT NOT NULL REFERENCES org (id),
    parent_id BIGINT NOT NULL REFERENCES org (id),
    path TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    PRIMARY KEY (org_id, valid_from)
);
CREATE INDEX org_edge_path ON org_edge (path);
-- Facts of an institution that people come to. Place in WGS-84 millionths of a degree.
CREATE TABLE org_facts (
    org_id BIGINT PRIMARY KEY REFERENCES org (id),
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    hours TEXT NOT NULL,
    intro TEXT NOT NULL,
    lng_e6 BIGINT,
    lat_e6 BIGINT,
    place_basis TEXT NOT NULL,
    floor_area_m2 BIGINT,
    step_free BOOLEAN NOT NULL,
    accessible_toilet BOOLEAN NOT NULL,
    lift BOOLEAN NOT NULL,
    hearing_loop BOOLEAN NOT NULL,
    transport TEXT NOT NULL
);
CREATE TABLE room (
    id BIGINT PRIMARY KEY,
    org_id BIGINT NOT NULL REFERENCES org (id),
    name TEXT NOT NULL,
    floor TEXT NOT NULL,
    seats BIGINT NOT NULL CHECK (seats > 0),
    area_m2 BIGINT NOT NULL,
    facilities TEXT NOT NULL,
    step_free BOOLEAN NOT NULL,
    open_to_others BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX room_name ON room (org_id, name);
CREATE TABLE room_booking (
    id BIGINT PRIMARY KEY,
    room_id BIGINT NOT NULL REFERENCES room (id),
    org_id BIGINT NOT NULL REFERENCES org (id),
    booked_by BIGINT NOT NULL,
    for_org_id BIGINT REFERENCES org (id),
    purpose TEXT NOT NULL,
    day TEXT NOT NULL,
    starts TEXT NOT NULL,
    minutes BIGINT NOT NULL CHECK (minutes > 0),
    people BIGINT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX room_booking_org ON room_booking (org_id, status, day);
CREATE INDEX room_booking_day ON room_booking (room_id, day, starts);
-- Residents of an area at the end of a year by age band and sex.
CREATE TABLE population (
    org_id BIGINT NOT NULL REFERENCES org (id),
    year BIGINT NOT NULL,
    band TEXT NOT NULL,
    male BIGINT NOT NULL CHECK (male >= 0),
    female BIGINT NOT NULL CHECK (female >= 0),
    basis TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (org_id, year, band)
)
