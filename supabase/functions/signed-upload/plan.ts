/**
 * Whether somebody may upload something, and where to. No I/O.
 *
 * @module
 */
import type { User } from "../_shared/claims.ts";
import { objectPath } from "../_shared/object_path.ts";
import { problem } from "../_shared/problem.ts";
import { MiB } from "../_shared/units.ts";
import { admit } from "../_shared/who.ts";
import { type Bucket, BUCKETS, INBOX, type Quota } from "./policy.ts";
import type { Wanted } from "./wanted.ts";

const uploadTooLarge = problem(413, "Upload too large");
const typeNotAllowed = problem(415, "File type not allowed");

/**
 * In bytes. The end of a picture is found by reading it, and a checksum needs
 * every byte: of the 2 s of CPU 10 MiB take 80 ms, and so this half a second.
 */
const MAX_READ = 64 * MiB;

/** Formats whose end is written nowhere but at their end. */
const READ_WHOLE = ["image/png", "image/apng", "image/jpeg", "image/gif"];

/** An allowed upload. */
export interface Plan extends Omit<Wanted, "name" | "protocol"> {
  /** Of the upload and its ticket, a UUID. */
  readonly id: string;
  /** Where the object belongs. */
  readonly path: string;
  /** Where it arrives, if that is somewhere else. */
  readonly inbox: string | undefined;
  readonly upsert: boolean;
  /** Whether a violator is kept, where nobody sees it. */
  readonly quarantine: boolean;
  readonly lifetimeS: number;
  readonly quota: Quota;
}

/** What a plan is made of besides what is wanted. */
export interface Occasion {
  readonly caller: User;
  /** A UUID that nothing else has. */
  readonly id: string;
  readonly now: Date;
}

/**
 * Decides whether the caller may upload what is `wanted`, and under which path.
 *
 * @throws {Problem} "Forbidden", "Second factor needed", "Upload too large",
 * "File type not allowed" or "Invalid object path".
 */
export function planUpload(wanted: Wanted, occasion: Occasion): Plan {
  const { bucket, name, protocol: _, ...rest } = wanted;
  const { caller, id } = occasion;
  const policy: Bucket = BUCKETS[bucket];

  admit(policy.who, caller);
  if (!policy.types.some((it) => covers(it, wanted.type))) {
    const { types } = policy;
    throw typeNotAllowed(`Cannot upload "${wanted.type}"`, { types });
  }
  const maxBytes = maxBytesOf(policy, wanted);
  if (wanted.bytes > maxBytes) {
    throw uploadTooLarge(`Cannot upload ${wanted.bytes} bytes`, { maxBytes });
  }
  const { upsert, lifetimeS, quota, publish, violators } = policy;
  return {
    ...{ ...rest, bucket, id, upsert, lifetimeS, quota },
    quarantine: violators === "quarantine",
    path: pathOf(policy.path, { ...occasion, name, type: wanted.type }),
    inbox: publish === "verified" ? INBOX : undefined,
  };
}

/**
 * Whether the range `range` has the media type `type`: RFC 9110 §12.5.1.
 *
 * @example A kind of types
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { covers } from "./plan.ts";
 *
 * equal(covers("image/*", "image/png"), true);
 * equal(covers("image/*", "imagex/png"), false);
 * ```
 */
export function covers(range: string, type: string): boolean {
  return range === type ||
    range.endsWith("/*") && type.startsWith(range.slice(0, -1));
}

function maxBytesOf({ maxBytes }: Bucket, { type, sha256 }: Wanted): number {
  const isRead = sha256 !== undefined || READ_WHOLE.includes(type);
  return isRead ? Math.min(maxBytes, MAX_READ) : maxBytes;
}

/** The usual extensions of types that are often uploaded. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  "application/json": "json",
  "application/pdf": "pdf",
  "application/zip": "zip",
  "audio/mp4": "m4a",
  "audio/mpeg": "mp3",
  "image/avif": "avif",
  "image/gif": "gif",
  "image/heic": "heic",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/webp": "webp",
  "text/csv": "csv",
  "text/plain": "txt",
  "video/mp4": "mp4",
  "video/quicktime": "mov",
  "video/webm": "webm",
};

/** What a path may be made of. */
export interface Facts extends Occasion {
  /** The file's own name, if the template asks for one. */
  readonly name: string | undefined;
  /** Media type. */
  readonly type: string;
}

/**
 * Fills in a template of the policy.
 *
 * @throws {Problem} "Invalid object path".
 */
export function pathOf(template: string, facts: Facts): string {
  const [day = ""] = facts.now.toISOString().split("T");
  const [yyyy = "", mm = "", dd = ""] = day.split("-");
  const values: Readonly<Record<string, string>> = {
    user: facts.caller.id,
    id: facts.id,
    name: facts.name ?? "",
    ext: extensionOf(facts),
    ...{ yyyy, mm, dd },
  };
  // What is not known stays in its braces, which no path may have.
  const fill = (all: string, key: string) =>
    Object.hasOwn(values, key) ? values[key] ?? all : all;
  return objectPath(
    template.split("/").map((it) => it.replaceAll(/\{(\w+)\}/g, fill)),
  );
}

function extensionOf({ type, name = "" }: Facts): string {
  const usual = Object.hasOwn(EXTENSIONS, type) ? EXTENSIONS[type] : undefined;
  const [, own] = name.match(/\.([A-Za-z0-9]{1,8})$/) ?? [];
  return usual ?? own?.toLowerCase() ?? "bin";
}
