/**
 * Filters of a search, and what each leaves. The expected numbers were found by
 * reading the rows. No I/O.
 *
 * @module
 */

const BIG = "9007199254740993";

/** Rows 1 to 4, whose titles say the same. */
export const ROWS = `
  create type public.size as enum ('small', 'large');
  create domain public.even as int check (value % 2 = 0);
  create table public.things (
    id int primary key, org int, lang text, price numeric(9, 2),
    at timestamptz, tags text[], data jsonb, big bigint, code varchar(3),
    size public.size, email extensions.citext, half public.even, pt point,
    title text
  );
  insert into public.things values
    (1, 1, 'en', 1.5, '2026-01-01', '{a,b}', '{"x": 1}', ${BIG}, 'abc',
      'small', 'Ada@x.org', 2, '(1,2)', 'refund'),
    (2, 2, 'de', 10, '2026-02-01', '{b}', null, 2, 'xyz',
      'large', 'bob@x.org', 4, '(1,2)', 'refund'),
    (3, null, null, null, null, null, null, null, null,
      null, null, null, null, 'refund'),
    (4, 2, 'en', -1, 'infinity', '{}', '[1]', -${BIG}, 'a''b',
      'small', '', 0, '(3,4)', 'refund');
  select portico.watch('things', 'public.things', 'title', metadata =>
    '{org,lang,price,at,tags,data,big,code,size,email,half,pt}')`;

const SQL = `en' or true) --`;

/** What is left of the four. */
export const FILTERS: readonly [filter: object, left: readonly number[]][] = [
  [{}, [1, 2, 3, 4]],
  [{ org: { eq: 2 } }, [2, 4]],
  [{ org: { eq: "2" } }, [2, 4]],
  [{ org: { neq: 2 } }, [1, 3]],
  [{ org: { eq: null } }, [3]],
  [{ org: { neq: null } }, [1, 2, 4]],
  [{ org: { gt: 1 } }, [2, 4]],
  [{ org: { gte: 1, lt: 2 } }, [1]],
  [{ org: { lte: 1 } }, [1]],
  [{ org: { in: [1, 7] } }, [1]],
  [{ org: { in: [2] }, lang: { eq: "de" } }, [2]],
  [{ lang: { eq: "en" } }, [1, 4]],
  [{ lang: { eq: "EN" } }, []],
  [{ lang: { eq: SQL } }, []],
  [{ lang: { in: [SQL, "$1", "%s", "\\"] } }, []],
  [{ lang: { neq: SQL } }, [1, 2, 3, 4]],
  [{ price: { lt: 1.5 } }, [4]],
  [{ price: { eq: 1.501 } }, []],
  [{ price: { gte: "-1.00" } }, [1, 2, 4]],
  [{ at: { gte: "2026-01-15" } }, [2, 4]],
  [{ at: { lt: "2026-01-01T01:00:00+02:00" } }, []],
  [{ at: { lte: "2026-01-01T00:00:00Z" } }, [1]],
  [{ at: { eq: "infinity" } }, [4]],
  [{ tags: { eq: "{a,b}" } }, [1]],
  [{ tags: { in: ["{b}", "{}"] } }, [2, 4]],
  [{ tags: { gt: "{a,b}" } }, [2]],
  [{ data: { eq: '{"x": 1.0}' } }, [1]],
  [{ data: { in: ["[1]", "2"] } }, [4]],
  [{ big: { eq: BIG } }, [1]],
  [{ big: { eq: "9007199254740992" } }, []],
  [{ big: { lt: "-9007199254740992" } }, [4]],
  [{ code: { eq: "abc" } }, [1]],
  [{ code: { eq: "abcd" } }, []],
  [{ code: { eq: "a'b" } }, [4]],
  [{ size: { eq: "large" } }, [2]],
  [{ size: { lt: "large" } }, [1, 4]],
  [{ email: { eq: "ADA@X.org" } }, [1]],
  [{ email: { in: ["BOB@x.org"] } }, [2]],
  [{ half: { eq: 4 } }, [2]],
  [{ pt: { eq: null } }, [3]],
  [{ and: [{ org: { eq: 2 } }, { lang: { eq: "en" } }] }, [4]],
  [{ or: [{ org: { eq: 1 } }, { lang: { eq: "de" } }] }, [1, 2]],
  [{ not: { org: { eq: 2 } } }, [1, 3]],
  [{ not: { or: [{ org: { eq: 1 } }, { org: { eq: null } }] } }, [2, 4]],
  [{ or: [{ org: { eq: 1 } }], lang: { eq: "de" } }, []],
  [{ not: {} }, []],
  [nested(8), [2, 4]],
];

/** Those that cannot be used. */
export const REFUSED: readonly [why: string, filter: object][] = [
  ["an unknown column", { nobody: { eq: 1 } }],
  ["a column that is no metadata", { title: { eq: "refund" } }],
  ["a column of ours", { content: { eq: "x" } }],
  ["SQL as a column", { 'org" is null or true --': { eq: 1 } }],
  ["a pattern as a column", { "o%": { eq: 1 } }],
  ["no column", { "": { eq: 1 } }],
  ["a member of every object", { constructor: { eq: 1 } }],
  ["a text for a number", { org: { eq: "x" } }],
  ["a list of texts for numbers", { org: { in: [1, "x"] } }],
  ["a fraction for an integer", { org: { eq: 1.5 } }],
  ["a number out of range", { org: { eq: 1e10 } }],
  ["a date that is none", { at: { gt: "2026-13-01" } }],
  ["a boolean for a date", { at: { eq: true } }],
  ["a text for a list", { tags: { eq: "a" } }],
  ["an enum's value that is none", { size: { eq: "huge" } }],
  ["a value outside of a domain", { half: { eq: 3 } }],
  ["a type that has no order", { pt: { lt: "(1,2)" } }],
  ["a type that has no equals", { pt: { in: ["(1,2)"] } }],
  ["no operator", { org: {} }],
  ["no condition", { org: 2 }],
  ["null as a condition", { org: null }],
  ["an unknown operator", { org: { like: "2" } }],
  ["SQL as an operator", { org: { "= 2 or 1 =": 1 } }],
  ["more than null", { org: { gt: null } }],
  ["a list as a value", { org: { eq: [2] } }],
  ["an object as a value", { org: { eq: { x: 1 } } }],
  ["an empty list", { org: { in: [] } }],
  ["a value for a list", { org: { in: 2 } }],
  ["1,001 values", { org: { in: Array.from({ length: 1001 }, (_, i) => i) } }],
  ["an empty and", { and: [] }],
  ["an object as and", { and: { org: { eq: 2 } } }],
  ["a list as not", { not: [{ org: { eq: 2 } }] }],
  ["a number among or", { or: [{ org: { eq: 2 } }, 7] }],
  ["101 filters", { or: Array.from({ length: 101 }, () => ({})) }],
  ["nine filters in each other", nested(9)],
  ["U+0000 in a text", { lang: { eq: "a\0" } }],
  ["U+0000 in a name", { "a\0": { eq: 1 } }],
];

/** The second organization, within `depth` lists. */
function nested(depth: number): object {
  if (depth === 0) return { org: { eq: 2 } };
  return { and: [nested(depth - 1)] };
}
