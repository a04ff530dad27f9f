/**
 * The statements of a script, as Postgres itself would tell them apart.
 *
 * @module
 */
import { parse } from "libpg-query";

/** One statement of a script. */
export interface Statement {
  readonly text: string;
  /** The line it begins on, counted from 1. */
  readonly line: number;
  readonly tree: Tree;
}

/** The little that is read of a parse tree: one member, named by its kind. */
export interface Tree {
  readonly CreatePolicyStmt?: { readonly table: Table };
  readonly AlterPolicyStmt?: { readonly table: Table };
  readonly CreateExtensionStmt?: unknown;
  readonly AlterExtensionStmt?: unknown;
  readonly DropStmt?: {
    readonly removeType: string;
    readonly objects: readonly {
      readonly List?: { readonly items: readonly { String?: Text }[] };
    }[];
  };
  readonly TransactionStmt?: {
    readonly kind: string;
    readonly chain?: boolean;
  };
  readonly CopyStmt?: {
    readonly "is_from"?: boolean;
    readonly filename?: string;
  };
  readonly VariableSetStmt?: {
    readonly kind: string;
    readonly name?: string;
    readonly args?: readonly {
      readonly "A_Const"?: { readonly sval?: Text };
    }[];
  };
}

interface Table {
  readonly schemaname?: string;
  readonly relname: string;
}

interface Text {
  readonly sval: string;
}

/** As the parser has it. Both numbers count bytes of UTF-8. */
interface Parsed {
  readonly stmt: Tree;
  /** Absent for 0. */
  readonly "stmt_location"?: number;
  /** Absent for the rest of the script. */
  readonly "stmt_len"?: number;
}

/** A script that is not SQL, in Postgres's own words. */
export class NotSql extends Error {
  override readonly name = "NotSql";
  /** Where the parser stopped, counted from 1. */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/**
 * Splits `script` as Postgres would.
 *
 * @throws {NotSql} With Postgres's own message.
 */
export async function statementsOf(script: string): Promise<Statement[]> {
  const text = script.replace(/^\ufeff/, ""); // which editors on Windows write
  if (text.trim() === "") return []; // which the parser will not have
  const bytes = new TextEncoder().encode(text);
  const decode = (from: number, to: number) =>
    new TextDecoder().decode(bytes.subarray(from, to));

  return (await parsed(text)).map((it) => {
    const { stmt: tree, stmt_location: from = 0, stmt_len: length } = it;
    const text = decode(from, length ? from + length : bytes.length);
    // What goes before it, comments included, belongs to the statement.
    const line = lineAfter(decode(0, from) + leadOf(text));
    return { text, line, tree };
  });
}

async function parsed(text: string): Promise<readonly Parsed[]> {
  try {
    return (await parse(text)).stmts;
  } catch (error) {
    const { message, cursorPosition } = detailsOf(error);
    // In characters, not in JavaScript's halves of them.
    const before = Array.from(text).slice(0, cursorPosition).join("");
    throw new NotSql(message, lineAfter(before));
  }
}

/** What the parser says, besides a stack of its own. */
function detailsOf(
  error: unknown,
): { readonly message: string; readonly cursorPosition: number } {
  if (!(error instanceof Error) || !("sqlDetails" in error)) throw error;
  const { cursorPosition = 0 } = error.sqlDetails as {
    readonly cursorPosition?: number;
  };
  return { message: error.message, cursorPosition };
}

function lineAfter(text: string): number {
  return text.split("\n").length;
}

/** The blanks and comments that `text` begins with. Comments nest. */
function leadOf(text: string): string {
  let depth = 0;
  let end = 0;
  const token = /\/\*|\*\/|--[^\n]*|\s+|[^]/gy;
  for (const { 0: found, index } of text.matchAll(token)) {
    if (found === "/*") depth++;
    else if (found === "*/") depth--;
    else if (depth === 0 && !/^(?:\s|--)/.test(found)) break;
    end = index + found.length;
  }
  return text.slice(0, end);
}
