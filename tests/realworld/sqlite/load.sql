-- SPDX-License-Identifier: MIT
-- What an application does with SQLite: a schema, a load, updates by a trigger, joins, windows, sorting, text, JSON.
.bail on
PRAGMA page_size=4096;
PRAGMA cache_size=500;
CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, price REAL, tag TEXT);
CREATE TABLE stock(item INTEGER REFERENCES item(id), shop INTEGER, count INTEGER, note TEXT);
CREATE TABLE change(what TEXT, item INTEGER, n INTEGER);
CREATE TRIGGER stock_changed AFTER UPDATE OF count ON stock BEGIN INSERT INTO change VALUES('count', new.item, new.count - old.count); END;
CREATE VIEW value_of AS SELECT item.name, sum(price * count) AS value FROM item JOIN stock ON item = id GROUP BY id;
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) INSERT INTO item SELECT i, printf('item %05d of %s', i, hex(i * 7919)), i % 997 / 10.0, substr('redgreenblue', i % 9, 4) FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) INSERT INTO stock SELECT i, i % 13, i % 101, NULL FROM n;
COMMIT;
CREATE INDEX by_name ON item(name);
CREATE INDEX by_shop ON stock(shop, count);
UPDATE stock SET count = count + 1 WHERE shop = 5;
SELECT count(*), sum(n) FROM change;
SELECT name, value FROM value_of ORDER BY value DESC, name LIMIT 40;
SELECT tag, count(*), round(avg(price), 3), group_concat(DISTINCT shop) FROM item JOIN stock ON item = id GROUP BY tag ORDER BY tag;
SELECT shop, name, rank() OVER (PARTITION BY shop ORDER BY price DESC, name) AS place FROM item JOIN stock ON item = id WHERE id % 500 = 0 ORDER BY shop, place;
SELECT upper(name) || ':' || replace(tag, 'e', '3') FROM item WHERE name LIKE '%9% of 1%' ORDER BY 1 LIMIT 30;
SELECT json_group_array(json_object('id', id, 'name', name)) FROM item WHERE id < 30;
SELECT a.name FROM item a JOIN item b ON b.name = a.name AND a.id <> b.id + 1 WHERE a.tag > 'r' ORDER BY a.price, b.name LIMIT 20;
DELETE FROM item WHERE id % 3 = 0;
SELECT count(*), min(name), max(name) FROM item;
PRAGMA integrity_check;
