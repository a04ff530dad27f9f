/**
 * Uploads under way, as files: the bytes that have come, in a file named after
 * the version that the object will have, and what the upload is, in JSON beside
 * it. How far an upload has come is how long its file is, whenever the process
 * is killed.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { DataStore, ERRORS, Upload } from "@tus/server";
import type { Written } from "./bytes.ts";
import { isVersion, parseUploadId } from "./resumable_id.ts";

/** Where uploads and objects are: on one file system. */
export interface UploadFolders {
  /** Of uploads under way. */
  readonly uploads: string;
  /** Of the bytes of objects. */
  readonly folder: string;
}

/** From the creation on, as on the hosted platform. */
export const UPLOAD_LIFETIME_MS = 24 * 60 * 60 * 1000;

/**
 * Removes uploads that have expired or that a crash left half made, and those
 * whose bytes are all there and whose object is not: their senders hear that
 * they are gone, and begin anew. Call it before the first request, and after
 * `sweepOrphans`.
 */
export async function sweepUploads(folders: UploadFolders): Promise<void> {
  await new UploadStore(folders).sweep();
}

/** What is kept of an upload. Its `offset` says nothing: its file does. */
type Kept = ConstructorParameters<typeof Upload>[0];

/** Keeps what `@tus/server` gives it. Its callers hold the upload's lock. */
export class UploadStore extends DataStore {
  readonly #folders: UploadFolders;

  constructor(folders: UploadFolders) {
    super();
    this.#folders = folders;
    this.extensions = [
      "creation",
      "creation-with-upload",
      "creation-defer-length",
      "termination",
      "expiration",
    ];
  }

  override async create(upload: Upload): Promise<Upload> {
    const { version } = parseUploadId(upload.id);
    await Deno.mkdir(this.#folders.uploads, { recursive: true });
    await Deno.writeFile(this.#bytesOf(version), new Uint8Array());
    await this.#keep(version, upload);
    return upload;
  }

  /** Throws 404 for what was never made, and 410 for what has ended. */
  override async getUpload(id: string): Promise<Upload> {
    const kept = await this.#require(id);
    const { version } = parseUploadId(id);
    const offset = await sizeOf(this.#bytesOf(version)) ??
      // Its bytes are an object's, and nobody may have heard of it.
      await sizeOf(join(this.#folders.folder, version));
    if (offset === undefined) throw ERRORS.FILE_NO_LONGER_EXISTS;
    return new Upload({ ...kept, offset });
  }

  override async declareUploadLength(id: string, size: number): Promise<void> {
    const kept = await this.#require(id);
    await this.#keep(parseUploadId(id).version, { ...kept, size });
  }

  /** What came before an error stays, so that the upload goes on from there. */
  override async write(stream: Readable, id: string): Promise<number> {
    using file = await openToAppend(this.#bytesOf(parseUploadId(id).version));
    try {
      for await (const chunk of stream) await append(file, chunk);
    } finally {
      await file.sync();
    }
    return (await file.stat()).size;
  }

  override async remove(id: string): Promise<void> {
    await this.#require(id);
    await this.discard(parseUploadId(id).version);
  }

  override getExpiration(): number {
    return UPLOAD_LIFETIME_MS;
  }

  /** Removes all of an upload. None to remove is as good. */
  async discard(version: string): Promise<void> {
    // Bytes that nothing describes are garbage; the reverse would be a lie.
    await removeIfAny(this.#recordOf(version));
    await removeIfAny(this.#bytesOf(version));
  }

  /**
   * Moves the bytes of an upload to where those of objects are, or says
   * `undefined` if somebody has.
   */
  async complete(version: string): Promise<Written | undefined> {
    const path = this.#bytesOf(version);
    const bytes = await sizeOf(path);
    if (bytes === undefined) return undefined;
    const eTag = await eTagOf(path);
    await Deno.rename(path, join(this.#folders.folder, version));
    return { bytes, eTag };
  }

  /** Removes what a crash left, and what nobody will go on with. */
  async sweep(): Promise<void> {
    await Deno.mkdir(this.#folders.uploads, { recursive: true });
    for await (const { name } of Deno.readDir(this.#folders.uploads)) {
      const [version = ""] = name.split(".");
      if (!isVersion(version)) continue;
      await removeIfAny(this.#recordOf(version) + DRAFT);
      if (!await this.#isUnderWay(version)) await this.discard(version);
    }
  }

  async #isUnderWay(version: string): Promise<boolean> {
    const kept = await this.#read(version);
    if (kept === undefined) return false;
    const age = Date.now() - Date.parse(kept.creation_date ?? "");
    if (!(age < UPLOAD_LIFETIME_MS)) return false;
    const bytes = await sizeOf(this.#bytesOf(version));
    return bytes === undefined
      ? await sizeOf(join(this.#folders.folder, version)) !== undefined
      : bytes !== kept.size;
  }

  #bytesOf(version: string): string {
    return join(this.#folders.uploads, version);
  }

  #recordOf(version: string): string {
    return join(this.#folders.uploads, `${version}.json`);
  }

  /** An id must be the one that was given: a version alone proves nothing. */
  async #require(id: string): Promise<Kept> {
    const kept = await this.#read(parseUploadId(id).version);
    if (kept?.id !== id) throw ERRORS.FILE_NOT_FOUND;
    return kept;
  }

  async #read(version: string): Promise<Kept | undefined> {
    try {
      return JSON.parse(await Deno.readTextFile(this.#recordOf(version)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  async #keep(version: string, upload: Kept | Upload): Promise<void> {
    // Whole or not at all, whenever the process is killed.
    const draft = this.#recordOf(version) + DRAFT;
    await Deno.writeTextFile(draft, JSON.stringify(upload));
    await Deno.rename(draft, this.#recordOf(version));
  }
}

const DRAFT = ".draft";

async function openToAppend(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { append: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw ERRORS.FILE_NO_LONGER_EXISTS;
  }
}

async function append(file: Deno.FsFile, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    at += await file.write(chunk.subarray(at));
  }
}

async function eTagOf(path: string): Promise<string> {
  const hash = createHash("md5");
  const file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return `"${hash.digest("hex")}"`;
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function removeIfAny(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
