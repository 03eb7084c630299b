-- A row is a cargo company condition: the rules under which a cargo company carries packages, as other programs apply
-- them.
CREATE TABLE cargo_company_condition (
    id INTEGER NOT NULL PRIMARY KEY,
    cargo_company_id INTEGER NOT NULL,
    -- The rules, as a JSON object.
    rules_configuration TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX cargo_company_condition_cargo_company_id ON cargo_company_condition (cargo_company_id);
