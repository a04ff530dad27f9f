/**
 * From an object to a picture of it, by whoever makes it.
 *
 * @module
 */
import { storageUnavailable } from "../_shared/place.ts";
import { begin, finish, type Job } from "./maker.ts";
import { LOAD } from "./policy.ts";
import { requirePicture } from "./render.ts";
import { requireVersion, type Shown, type Studio } from "./request.ts";

/** What is to be made, of which version. */
export interface Wanted extends Job {
  /** The ETag that the object must have. */
  readonly version?: string | undefined;
}

/**
 * Reads the object, and makes the picture or has it made.
 *
 * @throws {Problem} What reading and making throw, "Too busy", and "Storage
 * unavailable" if the object changes while somebody else makes it.
 */
export async function make(job: Wanted, studio: Studio): Promise<Shown> {
  const { place, version } = job;
  const { engine, gate, elsewhere, sources } = studio;
  const { begun, ...seen } = await gate.pass(async (scratch) => {
    const start = performance.now();
    const bounds = { maxBytes: LOAD.maxBytes, scratch, check: requirePicture };
    const { bytes, ...about } = await sources().read(place, bounds);
    const fetchMs = performance.now() - start;
    requireVersion(about, version);
    const source = { bytes, etag: about.etag };
    return { begun: await begin(source, job, engine), about, fetchMs };
  });
  if ("bytes" in begun) return { ...begun, ...seen };
  const made = () => finish(begun, (name) => studio.delegate(name));
  const shown = { ...await elsewhere.pass(made), ...seen };
  // Whoever has made it elsewhere has read the object later than we.
  const now = await sources().look(place);
  if (now !== undefined && now.etag === seen.about.etag) return shown;
  throw storageUnavailable("The object has changed meanwhile: ask again");
}
