/**
 * The statements of a script, and which of them the platform runs with more
 * than the rights of `postgres`.
 *
 * On the platform an extension of Postgres, supautils, lets a project's owner
 * install extensions, and keep policies and drop triggers on a few tables of
 * the platform. It looks at one statement at a time, and so does this. What a
 * `do` block executes is not seen here.
 *
 * Source: `supautils.policy_grants`, `supautils.drop_trigger_grants` and
 * `supautils.privileged_extensions` of supabase/postgres.
 *
 * @module
 */
import { parse } from "libpg-query";

/** One statement of a script. */
export interface Statement {
  readonly text: string;
  /** The line it begins on, counted from 1. */
  readonly line: number;
  /** Whether the platform runs it as its superuser. */
  readonly isPrivileged: boolean;
}

/** The platform's tables whose policies and triggers are the project's. */
const OPEN_TABLES: readonly string[] = [
  "auth.audit_log_entries",
  "auth.identities",
  "auth.refresh_tokens",
  "auth.sessions",
  "auth.users",
  "storage.buckets",
  "storage.migrations",
  "storage.objects",
  "storage.s3_multipart_uploads",
  "storage.s3_multipart_uploads_parts",
];

/** The little that is read of a parse tree: one member, named by its kind. */
interface Node {
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
  readonly stmt: Node;
  /** Absent for 0. */
  readonly "stmt_location"?: number;
  /** Absent for the rest of the script. */
  readonly "stmt_len"?: number;
}

/**
 * Splits `script` as Postgres would.
 *
 * @throws {Error} With Postgres's own message if it is not SQL.
 */
export async function statementsOf(script: string): Promise<Statement[]> {
  if (script.trim() === "") return []; // which the parser will not have
  const { stmts }: { readonly stmts: readonly Parsed[] } = await parse(script);
  const bytes = new TextEncoder().encode(script);
  const decode = (from: number, to: number) =>
    new TextDecoder().decode(bytes.subarray(from, to));

  return stmts.map(({ stmt, stmt_location: from = 0, stmt_len: length }) => {
    const text = decode(from, length ? from + length : bytes.length);
    // What goes before it, comments included, belongs to the statement.
    const start = from + leadOf(text);
    const line = decode(0, start).split("\n").length;
    return { text, line, isPrivileged: isPrivileged(stmt) };
  });
}

/** How many bytes of blanks and comments `text` begins with. */
function leadOf(text: string): number {
  const [lead = ""] = text.match(/^(?:\s|--[^\n]*|\/\*[^]*?\*\/)*/) ?? [];
  return new TextEncoder().encode(lead).length;
}

function isPrivileged(stmt: Node): boolean {
  if (stmt.CreateExtensionStmt || stmt.AlterExtensionStmt) return true;
  const policy = stmt.CreatePolicyStmt ?? stmt.AlterPolicyStmt;
  if (policy) return isOpen(policy.table.schemaname, policy.table.relname);
  return stmt.DropStmt !== undefined && isPrivilegedDrop(stmt.DropStmt);
}

function isPrivilegedDrop(
  { removeType, objects }: NonNullable<Node["DropStmt"]>,
): boolean {
  if (removeType === "OBJECT_EXTENSION") return true;
  if (!["OBJECT_POLICY", "OBJECT_TRIGGER"].includes(removeType)) return false;
  return objects.every(({ List }) => {
    // schema, table, and what is dropped
    const [schema, table] = List?.items.map(({ String }) => String?.sval) ?? [];
    return isOpen(schema, table);
  });
}

function isOpen(schema: string | undefined, table: string | undefined) {
  return OPEN_TABLES.includes(`${schema}.${table}`);
}
