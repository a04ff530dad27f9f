/**
 * Which statements the platform runs with more than the rights of `postgres`.
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
import type { Tree } from "./statements.ts";

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

/** Whether the platform runs it as its superuser. */
export function isPrivileged(it: Tree): boolean {
  if (it.CreateExtensionStmt || it.AlterExtensionStmt) return true;
  const policy = it.CreatePolicyStmt ?? it.AlterPolicyStmt;
  if (policy) return isOpen(policy.table.schemaname, policy.table.relname);
  return it.DropStmt !== undefined && isPrivilegedDrop(it.DropStmt);
}

function isPrivilegedDrop(
  { removeType, objects }: NonNullable<Tree["DropStmt"]>,
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
