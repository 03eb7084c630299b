-- How much room the files of imports take: a number for each import, added up when a file arrives.
CREATE INDEX import_bytes ON import (file_bytes);
