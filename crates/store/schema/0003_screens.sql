-- A token of kind 'screen' is the session of a person at a browser, which a cookie carries; one of kind 'api' is what a
-- program sends. Neither opens what the other does.
ALTER TABLE token ADD COLUMN kind TEXT NOT NULL DEFAULT 'api' CHECK (kind IN ('api', 'screen'));
-- What the browser of a session calls itself, up to 120 characters; empty for tokens of programs.
ALTER TABLE token ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';
-- How the screens look for this person, as a JSON object: language, theme, density, keys.
ALTER TABLE account ADD COLUMN preferences TEXT NOT NULL DEFAULT '{}';
