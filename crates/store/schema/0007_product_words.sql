-- A row is a word by which a product is found: of its name, a part of its SKU, or its barcode behind an equals sign. Case
-- is folded. The words are made from the products by a worker, and can be made again at any time.
CREATE TABLE product_word (
    word TEXT NOT NULL,
    product_id INTEGER NOT NULL,
    PRIMARY KEY (word, product_id)
) STRICT, WITHOUT ROWID;
-- Whether a product has another word as well, and which words it has to lose.
CREATE INDEX product_word_product_id ON product_word (product_id, word);

-- The one row says up to which sequence number changes of products have been read for their words.
CREATE TABLE product_word_progress (
    id INTEGER NOT NULL PRIMARY KEY,
    sequence_number INTEGER NOT NULL
) STRICT;
