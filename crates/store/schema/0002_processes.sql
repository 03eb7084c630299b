-- What several processes on one database need to know of each other.

-- The number of the last transaction that each connection of a server database committed: where the answer to a commit
-- was lost, another connection looks it up here. The embedded engine never loses an answer and leaves this empty.
CREATE TABLE last_commit (
    connection INTEGER NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT;

-- Background work: who does it, and until when nobody else may.
CREATE TABLE lease (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT;
