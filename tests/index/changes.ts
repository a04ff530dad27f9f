/**
 * Everything that people do to a table, by chance, as SQL. No I/O.
 *
 * @module
 */
import { KILLER, POISON } from "./books.ts";
import type { Dice } from "./random.ts";

/** How people change books. */
export interface Habits {
  /** Keys that are in use, from 1. */
  readonly keys: number;
  /**
   * Whether a text in 50 is poison, and another one kills: of 100 changes, of
   * which half change nothing or the same rows again, about one each.
   */
  readonly isEvil: boolean;
}

/** A change: statements that are one transaction. */
export function changeOf(dice: Dice, habits: Habits): string {
  let chance = dice.below(100);
  const act = ACTS.find(([weight]) => (chance -= weight) < 0)?.[1] ?? remove;
  return act(penOf(dice, habits));
}

/** Values by chance. Texts are as they stand in SQL. */
interface Pen extends Dice {
  id(): number;
  org(): number;
  title(): string;
  body(): string;
}

const WORDS = ["alder", "birch", "cedar", "elm", "fir", "hazel", "ivy", "oak"];

function penOf(dice: Dice, { keys, isEvil }: Habits): Pen {
  const { below } = dice;
  const word = () => WORDS[below(WORDS.length)];
  // A number in each, so that hardly any two texts are the same.
  const sentence = () => `The ${word()} ${word()} is ${below(1e6)} years old.`;
  return {
    ...dice,
    // Half of all changes are of a few rows.
    id: () => 1 + below(below(2) === 0 ? keys : Math.ceil(keys / 50)),
    org: () => below(5),
    title: () => below(50) === 0 ? "''" : `'${sentence()}'`,
    body() {
      const chance = below(50);
      if (chance === 0 && isEvil) return `'${POISON}: ${sentence()}'`;
      if (chance === 1 && isEvil) return `'${KILLER}: ${sentence()}'`;
      if (chance === 2) return "null";
      return `'${Array.from({ length: below(10) }, sentence).join(" ")}'`;
    },
  };
}

/** Of a hundred changes so many are of each kind. */
const ACTS: readonly [weight: number, act: (pen: Pen) => string][] = [
  [18, insert],
  [14, upsert],
  [22, rewrite],
  [8, remove],
  [8, ({ id }) => `update books set views = views + 1 where id = ${id()}`],
  [8, ({ id, org }) => `update books set org = ${org()} where id = ${id()}`],
  [5, ({ id }) => `update books set id = ${id()} where id = ${id()}`],
  [3, upsertMany],
  [3, ({ below }) => `update books set body = title where ${some(below, 97)}`],
  [2, ({ below }) => `delete from books where ${some(below, 499)}`],
  [2, ({ below }) => toAndFro(some(below, 97))],
  [2, (pen) => `begin; ${rewrite(pen)}; ${upsert(pen)}; rollback`],
  [2, (pen) => `${rewrite(pen)}; ${upsert(pen)}; select 1 / 0`],
  [2, (pen) => sameKey(pen, [rewrite, remove, rewrite])],
  [1, (pen) => sameKey(pen, [remove, insert])],
];

function insert(pen: Pen): string {
  return `insert into books (id, org, title, body) values ${valuesOf(pen)}`;
}

const INSTEAD = `on conflict (id) do update set
  (org, title, body) = (excluded.org, excluded.title, excluded.body)`;

function upsert(pen: Pen): string {
  return `${insert(pen)} ${INSTEAD}`;
}

function upsertMany(pen: Pen): string {
  const first = pen.id();
  const rows = Array.from(
    { length: 2 + pen.below(20) },
    (_, at) => valuesOf({ ...pen, id: () => first + at }),
  );
  return `insert into books (id, org, title, body) values ${rows} ${INSTEAD}`;
}

function valuesOf({ id, org, title, body }: Pen): string {
  return `(${id()}, ${org()}, ${title()}, ${body()})`;
}

function rewrite({ id, body }: Pen): string {
  return `update books set body = ${body()} where id = ${id()}`;
}

function remove({ id }: Pen): string {
  return `delete from books where id = ${id()}`;
}

/** All of one row. */
function sameKey(pen: Pen, acts: readonly ((pen: Pen) => string)[]): string {
  const key = pen.id();
  return acts.map((act) => act({ ...pen, id: () => key })).join(";\n");
}

/** Rows that leave the index, and are back at the commit. */
function toAndFro(which: string): string {
  return `update books set org = -org where ${which};
    update books set org = -org where ${which}`;
}

/** One of every `n` rows. */
function some(below: Dice["below"], n: number): string {
  return `id % ${n} = ${below(n)}`;
}
