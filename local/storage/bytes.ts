/**
 * The bytes of objects, as files.
 *
 * A file is named after the version that its row gives, so that a name chosen
 * by a caller never becomes a path. A file without a row is garbage.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Database } from "../database.ts";
import { entityTooLarge } from "./errors.ts";
import type { Part } from "./ranges.ts";

/** What was written. */
export interface Written {
  readonly bytes: number;
  /** Quoted, as HTTP wants it: the MD5 of the bytes. */
  readonly eTag: string;
}

/** Where `write` puts the bytes, and how many it takes. */
export interface Place {
  readonly folder: string;
  readonly version: string;
  readonly maxBytes: number;
}

const PARTIAL = ".part";

/**
 * Writes a whole version or nothing: what is being written has another name
 * until it is safely on disk. Throws `EntityTooLarge` past `maxBytes`.
 */
export async function write(
  { folder, version, maxBytes }: Place,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Written> {
  await Deno.mkdir(folder, { recursive: true });
  const partial = join(folder, version + PARTIAL);
  try {
    const written = await copy(chunks, partial, maxBytes);
    await Deno.rename(partial, join(folder, version));
    return written;
  } catch (error) {
    await discard(folder, version + PARTIAL);
    throw error;
  }
}

async function copy(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  maxBytes: number,
): Promise<Written> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const hash = createHash("md5");
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw entityTooLarge();
    hash.update(chunk);
    for (let at = 0; at < chunk.length;) {
      at += await file.write(chunk.subarray(at));
    }
  }
  await file.sync();
  return { bytes, eTag: `"${hash.digest("hex")}"` };
}

/** The bytes of a version, open: a removal takes nothing from who reads. */
export interface Content extends Disposable {
  /** In bytes. */
  readonly size: number;
  /** All of it, or a part. To be called once; the end of it closes the file. */
  stream(part?: Part): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Opens a version, or says `undefined` if there is no such file. */
export async function open(
  folder: string,
  version: string | null,
): Promise<Content | undefined> {
  if (!isOurs(version)) return undefined;
  const file = await openFile(join(folder, version));
  if (file === undefined) return undefined;
  const { size } = await file.stat();
  let isTaken = false;
  return {
    size,
    stream(part) {
      isTaken = true;
      return part === undefined
        ? file.readable
        : ReadableStream.from(chunksOf(file, part));
    },
    [Symbol.dispose]() {
      if (!isTaken) file.close();
    },
  };
}

async function openFile(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const CHUNK_BYTES = 64 * 1024;

async function* chunksOf(
  file: Deno.FsFile,
  { first, last }: Part,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  using _closed = file;
  await file.seek(first, Deno.SeekMode.Start);
  for (let left = last - first + 1; left > 0;) {
    const chunk = new Uint8Array(Math.min(left, CHUNK_BYTES));
    const bytes = await file.read(chunk);
    if (bytes === null) return;
    left -= bytes;
    yield chunk.subarray(0, bytes);
  }
}

/** Gives the bytes of a version to another as well. None to give is as good. */
export async function share(
  folder: string,
  [from, to]: readonly [from: string | null, to: string],
): Promise<void> {
  if (!isOurs(from)) return;
  try {
    await Deno.link(join(folder, from), join(folder, to));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Removes a version. None to remove is as good. */
export async function discard(
  folder: string,
  version: string | null,
): Promise<void> {
  if (!isOurs(version)) return;
  try {
    await Deno.remove(join(folder, version));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

const FILE_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.part)?$/;

/** Rows written with SQL may have any version: it must not become a path. */
function isOurs(name: string | null): name is string {
  return name !== null && FILE_NAME.test(name);
}

/** As the platform forgets them: a day after they were begun. */
const FORGET_UPLOADS = `delete from storage.s3_multipart_uploads
  where created_at < now() - interval '1 day'`;

/** Objects, and parts of those that are under way. */
const KEPT = `select version from storage.objects
  union all select id::text from storage.s3_multipart_uploads_parts`;

/**
 * Removes what a crash left between the bytes and the row. Call it before the
 * first request: an upload under way looks the same. Files that are not named
 * after a version are not ours, and stay.
 */
export async function sweepOrphans(
  { database, folder }: { database: Database; folder: string },
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const kept = await database.asOwner(async (sql) => {
    await sql.run(FORGET_UPLOADS);
    return await sql.query<{ version: string }>(KEPT);
  });
  const versions = new Set(kept.map(({ version }) => version));
  for await (const { name } of Deno.readDir(folder)) {
    if (!versions.has(name)) await discard(folder, name);
  }
}
