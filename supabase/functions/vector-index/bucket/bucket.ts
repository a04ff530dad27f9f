/**
 * Vector buckets of Storage.
 *
 * @module
 */
import { bodyUpTo } from "../../_shared/answer.ts";
import { retryAfterOf } from "../../_shared/embed/retry_after.ts";
import { type Send, sendAsService } from "../../_shared/get.ts";
import { isRecord } from "../../_shared/record.ts";
import type { Scope } from "../../_shared/route.ts";
import { storageErrorIn } from "../../_shared/storage_error.ts";
import { MiB } from "../../_shared/units.ts";
import { BucketFault, type FaultKind, faultOf, faultThat } from "./fault.ts";

/** Where an index is. */
export interface Place {
  readonly bucket: string;
  readonly index: string;
}

/** What an index is like, as far as it matters to what is put into it. */
export interface Shape {
  readonly dimensions: number;
  readonly metric: string;
}

/** A vector that is there, and what it says that it is. */
export interface Seen {
  readonly name: string;
  readonly seal?: string | undefined;
}

/** Some of what is there. */
export interface Page {
  readonly vectors: readonly Seen[];
  /** What the next page is called, if there is one. */
  readonly next?: string | undefined;
  /** How long the answer was. */
  readonly chars: number;
}

/** The port. Whatever goes wrong is thrown as a `BucketFault`. */
export interface Bucket {
  /** `undefined` if there is no such index. */
  find(place: Place): Promise<Shape | undefined>;
  /** Makes an index, and its bucket if that is missing. */
  make(place: Place, dimensions: number): Promise<void>;
  /** With all that is in it. None to remove is as good. */
  remove(place: Place): Promise<void>;
  /** `vectors` are JSON; each has another name. All are put, or none. */
  put(place: Place, vectors: readonly string[]): Promise<void>;
  /** By their names, each once. What is not there is gone already. */
  take(place: Place, names: readonly string[]): Promise<void>;
  list(
    place: Place,
    how: { readonly size: number; readonly page?: string | undefined },
  ): Promise<Page>;
}

/** Of vectors. Their directions are compared: they are of unit length. */
const METRIC = "cosine";

/**
 * What no filter can ask for: neither has a bound of 2 KB then, which all others
 * have together.
 */
const UNFILTERABLE = ["content", "key"];

/** In bytes: five times what `claim_bucket` reckons a page to have. */
const MAX_ANSWER = 20 * MiB;

/**
 * Buckets as Supabase has them.
 *
 * @param scope Of the service, since nobody else may use them.
 * @param callMs For one call, until the last byte of its answer.
 */
export function supabaseBucket(scope: Scope, callMs: number): Bucket {
  const call = async <T>(
    operation: string,
    body: string,
    read: (response: Response) => Promise<T>,
  ): Promise<T> => {
    const late = AbortSignal.timeout(callMs);
    const signal = AbortSignal.any([scope.signal, late]);
    try {
      // As the service: Vector buckets are for nobody else.
      const send = sendAsService({ ...scope, signal });
      return await answered(send, operation, body, read);
    } catch (error) {
      scope.signal.throwIfAborted();
      throw faultThat(error, late.aborted ? callMs : undefined);
    }
  };
  const ask = (operation: string, body: object) =>
    call(operation, JSON.stringify(body), ignored);

  return {
    find: (place) =>
      call("GetIndex", JSON.stringify(namesOf(place)), shapeIn)
        .catch(unless("gone")),

    async make(place, dimensions) {
      const index = {
        ...namesOf(place),
        dataType: "float32",
        dimension: dimensions,
        distanceMetric: METRIC,
        metadataConfiguration: { nonFilterableMetadataKeys: UNFILTERABLE },
      };
      const { vectorBucketName } = index;
      await ask("CreateVectorBucket", { vectorBucketName })
        .catch(unless("taken"));
      await ask("CreateIndex", index);
    },

    remove: (place) => ask("DeleteIndex", namesOf(place)).catch(unless("gone")),

    put(place, vectors) {
      // Not by JSON.stringify, which would have to read them first.
      const names = JSON.stringify(namesOf(place)).slice(0, -1);
      const body = `${names},"vectors":[${vectors.join()}]}`;
      return call("PutVectors", body, ignored);
    },

    take: (place, keys) => ask("DeleteVectors", { ...namesOf(place), keys }),

    list(place, { size, page }) {
      const body = JSON.stringify({
        ...namesOf(place),
        maxResults: size,
        returnMetadata: true,
        ...page === undefined ? {} : { nextToken: page },
      });
      return call("ListVectors", body, pageIn);
    },
  };
}

/** Whether an index can hold vectors of so many dimensions, as we mean them. */
export function holds(shape: Shape, dimensions: number): boolean {
  return shape.dimensions === dimensions && shape.metric === METRIC;
}

async function answered<T>(
  send: Send,
  operation: string,
  body: string,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const response = await send("POST", `/storage/v1/vector/${operation}`, body, {
    "content-type": "application/json",
  });
  if (response.ok) return await read(response);
  const { status, headers } = response;
  const error = await storageErrorIn(response);
  throw faultOf({ status, error, retryS: retryAfterOf(headers, Date.now()) });
}

function namesOf({ bucket, index }: Place) {
  return { vectorBucketName: bucket, indexName: index };
}

/** It may not have arrived as long as its answer has not. */
async function ignored(response: Response): Promise<void> {
  await bodyUpTo(response, MAX_ANSWER);
}

async function shapeIn(response: Response): Promise<Shape> {
  const body = recordIn(await textIn(response));
  const index = isRecord(body["index"]) ? body["index"] : {};
  return {
    dimensions: Number(index["dimension"]),
    metric: String(index["distanceMetric"]),
  };
}

async function pageIn(response: Response): Promise<Page> {
  const text = await textIn(response);
  const { vectors, nextToken } = recordIn(text);
  if (!Array.isArray(vectors)) throw new TypeError("Not a list of vectors");
  const next = typeof nextToken === "string" && nextToken !== ""
    ? nextToken
    : undefined;
  return { vectors: vectors.map(seenIn), next, chars: text.length };
}

function seenIn(vector: unknown): Seen {
  if (!isRecord(vector)) throw new TypeError("Not a vector");
  const { key, metadata } = vector;
  const seal = isRecord(metadata) ? metadata["seal"] : undefined;
  return {
    name: String(key),
    ...typeof seal === "string" ? { seal } : {},
  };
}

async function textIn(response: Response): Promise<string> {
  return new TextDecoder().decode(await bodyUpTo(response, MAX_ANSWER));
}

function recordIn(text: string): Record<string, unknown> {
  const body: unknown = JSON.parse(text);
  return isRecord(body) ? body : {};
}

/** For what is as good as done where there is such a fault. */
function unless(kind: FaultKind): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof BucketFault && error.kind === kind) return undefined;
    throw error;
  };
}
