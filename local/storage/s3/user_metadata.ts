/**
 * User metadata as headers: `x-amz-meta-*`. No I/O.
 *
 * @module
 */
const PREFIX = "x-amz-meta-";

/** What the headers of an upload say, or undefined if that is nothing. */
export function metadataOf(
  headers: Headers,
): Record<string, string> | undefined {
  const found = [...headers]
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length), value]);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** The headers of an answer. What no header can say is only counted. */
export function headersOf(
  metadata: Readonly<Record<string, unknown>> | null,
): [name: string, value: string][] {
  const all = Object.entries(metadata ?? {});
  const said = all.flatMap(([name, value]): [string, string][] =>
    typeof value === "string" && /^[\t\x20-\x7e]*$/.test(value) &&
      /^[\w!#$%&'*+.^`|~-]+$/.test(name)
      ? [[PREFIX + name.toLowerCase(), value]]
      : []
  );
  const missing = all.length - said.length;
  return missing === 0
    ? said
    : [...said, ["x-amz-missing-meta", String(missing)]];
}
