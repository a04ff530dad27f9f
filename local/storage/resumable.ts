/**
 * Resumable uploads. `@tus/server` speaks the protocol, as it does in the real
 * server; what stands here is who may send what, and what becomes of it.
 *
 * @module
 */
import { Server } from "@tus/server";
import { asRefusal, entityTooLarge, invalidSignature } from "./errors.ts";
import type { Draft } from "./objects.ts";
import {
  decodeUploadId,
  encodeUploadId,
  formatUploadId,
  nameUpload,
  parseUploadId,
  type UploadId,
} from "./resumable_id.ts";
import { UploadLocks } from "./resumable_lock.ts";
import {
  admit,
  draftOf,
  finish,
  type Grant,
  maxBytesFor,
} from "./resumable_object.ts";
import { UploadStore } from "./resumable_store.ts";
import { permissionOf } from "./signed_urls.ts";
import { rehearseUpload } from "./store.ts";
import { type Call, forCaller, type Visit } from "./visit.ts";

/** Who sends an upload, and by what right. */
interface Sender {
  /** Of the route, below `/storage/v1`. */
  readonly path: string;
  /** Throws unless the sender may say anything of this upload. */
  grantFor(id: UploadId): Promise<Grant>;
  /** Throws what Postgres has against the object. */
  rehearse(draft: Omit<Draft, "version">, grant: Grant): Promise<void>;
}

const PATH = "/upload/resumable";

/** `/upload/resumable`. Policies are asked at each step but that of asking. */
export const resumable = forCaller((call) => serve(call, asCaller(call)));

/**
 * `/upload/resumable/sign`. Each request has a token in `x-signature`, which is
 * the permission, given when it was signed, so that policies are not asked.
 */
export async function resumableSigned(visit: Visit): Promise<Response> {
  return await serve(visit, byToken(visit));
}

function asCaller({ stack, request, claims }: Call): Sender {
  const upsert = request.headers.get("x-upsert") === "true";
  return {
    path: PATH,
    grantFor: () => Promise.resolve({ owner: claims.sub, upsert }),
    rehearse: (draft, grant) =>
      rehearseUpload(stack.database, claims, { ...draft, ...grant }),
  };
}

function byToken({ stack, request }: Visit): Sender {
  return {
    path: `${PATH}/sign`,
    async grantFor({ bucket, name }) {
      const token = request.headers.get("x-signature");
      if (!token) throw invalidSignature("Missing x-signature header");
      const url = `${bucket}/${name}`;
      return await permissionOf(stack.keys, token, { scope: "upload", url });
    },
    rehearse: () => Promise.resolve(),
  };
}

/** Of requests for one upload, one after the other. */
const locks = new UploadLocks();

/** Of all headers of a request, to the real server. */
const MAX_METADATA_BYTES = 16 * 1024;

async function serve(visit: Visit, sender: Sender): Promise<Response> {
  const { stack, request } = visit;
  const uploads = new UploadStore(stack);
  let grant: Grant = { owner: undefined, upsert: false };
  let created: UploadId | undefined;

  const server = new Server({
    path: `/storage/v1${sender.path}`,
    datastore: uploads,
    locker: locks,
    disableTerminationForFinishedUploads: true,
    getFileIdFromRequest: () => decodeUploadId(visit.name),
    generateUrl: (_, { path, id }) =>
      new URL(`${path}/${encodeUploadId(id)}`, request.url).href,
    maxSize: (_, id) => id === null ? stack.maxBytes : maxBytesFor(stack, id),

    async namingFunction(_, metadata) {
      const header = request.headers.get("upload-metadata") ?? "";
      if (header.length > MAX_METADATA_BYTES) throw entityTooLarge();
      const id = nameUpload(metadata);
      // Before anything is said of the bucket.
      await sender.grantFor(id);
      return formatUploadId(id);
    },
    async onIncomingRequest({ method }, id) {
      grant = await sender.grantFor(parseUploadId(id));
      if (method === "POST" || method === "HEAD") return;
      await sender.rehearse(draftOf(await uploads.getUpload(id)), grant);
    },
    async onUploadCreate(_, upload) {
      await sender.rehearse(draftOf(upload), grant);
      const metadata = await admit(stack, upload);
      created = parseUploadId(upload.id);
      return { metadata };
    },
    async onUploadFinish(_, upload) {
      await locks.hold(upload.id, () => finish(stack, upload, grant));
      return { headers: { "Tus-Complete": "1" } };
    },
    async onResponseError(_, error) {
      // Nobody has been told where to go on with it.
      if (created !== undefined) await uploads.discard(created.version);
      return answerOf(error);
    },
  });
  return await server.handleWeb(request);
}

/** What the protocol itself refuses. */
type TusError = { readonly "status_code": number; readonly body: string };

/** The status and the text of a refusal. What is no refusal is thrown on. */
function answerOf(thrown: Error | TusError): TusError {
  const refused = asRefusal(thrown);
  if (refused !== undefined) {
    return { "status_code": refused.statusCode, body: refused.message };
  }
  if ("status_code" in thrown && "body" in thrown) return thrown as TusError;
  throw thrown;
}
