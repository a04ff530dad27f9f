/**
 * Writes the table of rights in the README of `admin-users` from its `rules.ts`.
 *
 *     deno task rules            writes it
 *     deno task rules --check    says whether it differs, and fails then
 *
 * @module
 */
import {
  NEEDS_AAL2,
  NOT_ONESELF,
  type Permission,
  type Role,
  ROLES,
  RULES,
} from "../supabase/functions/admin-users/rules.ts";

const README = new URL(
  "../supabase/functions/admin-users/README.md",
  import.meta.url,
);

/** What stands around the table. */
const BEGIN = "<!-- rules: deno task rules -->\n\n";
const END = "\n\n<!-- rules -->";

/** Rows of equal width, as `deno fmt` has them. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0))
  );
  const line = (row: readonly string[], fill: string) =>
    `| ${
      widths.map((it, at) => (row[at] ?? "").padEnd(it, fill)).join(" | ")
    } |`;
  const [first = [], ...rest] = rows;
  return [line(first, " "), line([], "-"), ...rest.map((it) => line(it, " "))]
    .join("\n");
}

/** The table of `rules.ts`. */
export function rightsTable(): string {
  const rows = Object.entries(RULES).map(([name, row]) => {
    const permission = name as Permission; // the keys of RULES
    const reach: Partial<Record<Role, string>> = row;
    return [
      `\`${permission}\``,
      ...ROLES.map((role) => reach[role] ?? "–"),
      NEEDS_AAL2.includes(permission) ? "yes" : "",
      NOT_ONESELF.includes(permission) ? "no" : "",
    ];
  });
  const roles = ROLES.map((role) => `\`${role}\``);
  return tableOf([["", ...roles, "second factor", "to oneself"], ...rows]);
}

async function main(check: boolean): Promise<void> {
  const text = await Deno.readTextFile(README);
  const from = text.indexOf(BEGIN) + BEGIN.length;
  const to = text.indexOf(END);
  const wanted = text.slice(0, from) + rightsTable() + text.slice(to);
  if (wanted === text) return;
  if (!check) return await Deno.writeTextFile(README, wanted);
  // deno-lint-ignore no-console -- a command talks to a terminal
  console.error("admin-users/README.md is out of date: run deno task rules");
  Deno.exitCode = 1;
}

if (import.meta.main) await main(Deno.args.includes("--check"));
