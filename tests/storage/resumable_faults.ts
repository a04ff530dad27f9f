/**
 * Resumable uploads whose senders, or whose server, go away.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { deepEqual, equal } from "node:assert/strict";
import { sweepOrphans, sweepUploads } from "../../local/storage/routes.ts";
import { until } from "../until.ts";
import {
  answers,
  asSecret,
  bytes,
  created,
  everything,
  offsetOf,
  patch,
  traces,
  tus,
} from "./tus.ts";
import { world } from "./world.ts";

await world.makeBucket("faults");
const SECRET = asSecret({ "x-upsert": "true" });

function create(objectName: string): Promise<string> {
  return created({ bucketName: "faults", objectName }, 10, SECRET);
}

/** The version in an upload's URL, which its files are named after. */
function versionOf(location: string): string {
  const id = Buffer.from(location.split("/").at(-1) ?? "", "base64url");
  return id.toString().split("/").at(-1) ?? "";
}

function pathOf(location: string, suffix = ""): string {
  return join(world.uploads, versionOf(location) + suffix);
}

async function expire(location: string): Promise<void> {
  const path = pathOf(location, ".json");
  const record = JSON.parse(await Deno.readTextFile(path));
  record["creation_date"] = new Date(Date.now() - 86_400_001).toISOString();
  await Deno.writeTextFile(path, JSON.stringify(record));
}

/** The first three of ten bytes, and the rest when it is told to. */
function stalled() {
  const { promise: told, resolve: goOn } = Promise.withResolvers<void>();
  const body = ReadableStream.from(async function* () {
    yield bytes(10).slice(0, 3);
    await told;
    yield bytes(10).slice(3);
  }());
  return { body, goOn };
}

Deno.test("an upload is gone a day after it was made", async () => {
  const location = await create("expired.bin");
  await (await patch(location, 0, bytes(5), SECRET)).body?.cancel();
  await expire(location);
  const before = await everything("faults");

  const patched = await patch(location, 5, bytes(5), SECRET);
  const asked = await tus("HEAD", location, SECRET);

  await answers(patched, 410, "The file for this url no longer exists\n");
  equal(asked.status, 410);
  deepEqual(await everything("faults"), before);

  await sweepUploads(world);
  equal((await tus("HEAD", location, SECRET)).status, 404);
  equal((await traces()).join().includes(versionOf(location)), false);
});

Deno.test("sweepUploads() removes what a crash left, and nothing else", async () => {
  const underWay = await create("under-way.bin");
  await (await patch(underWay, 0, bytes(5), SECRET)).body?.cancel();
  const done = await create("done.bin");
  await (await patch(done, 0, bytes(10), SECRET)).body?.cancel();
  const kept = await traces();

  const allCame = await create("all-came.bin");
  await Deno.writeFile(pathOf(allCame), bytes(10));
  const noBytes = await create("no-bytes.bin");
  await Deno.remove(pathOf(noBytes));
  const noRecord = await create("no-record.bin");
  await Deno.remove(pathOf(noRecord, ".json"));
  const noRow = await create("no-row.bin");
  await Deno.rename(pathOf(noRow), join(world.folder, versionOf(noRow)));
  await Deno.writeTextFile(pathOf(underWay, ".json.draft"), "{");
  await Deno.writeTextFile(join(world.uploads, "notes.txt"), "not ours");

  await sweepOrphans(world);
  await sweepUploads(world);

  deepEqual(await traces(), [...kept, "notes.txt"].sort());
  equal((await world.files()).includes(versionOf(noRow)), false);
  equal(await offsetOf(underWay, SECRET), "5");
  equal(await offsetOf(done, SECRET), "10");
  const rows = await world.rows<{ name: string }>(
    "select name from storage.objects where bucket_id = 'faults'",
  );
  deepEqual(rows, [{ name: "done.bin" }]);
  await Deno.remove(join(world.uploads, "notes.txt"));
});

Deno.test("an upload whose sender went away goes on from the last byte that came", async () => {
  const location = await create("away.bin");
  const { body, goOn } = stalled();
  const leaving = new AbortController();
  const { pathname } = new URL(location);
  const arrived = world.arrivals.length;
  const sending = fetch(`${world.url}${pathname}`, {
    method: "PATCH",
    headers: {
      ...SECRET,
      "tus-resumable": "1.0.0",
      "upload-offset": "0",
      "content-type": "application/offset+octet-stream",
    },
    body,
    signal: leaving.signal,
  });
  await until(async () => (await Deno.stat(pathOf(location))).size === 3);

  leaving.abort();
  await sending.catch(() => {});
  goOn();
  await world.arrivals[arrived];

  equal(await offsetOf(location, SECRET), "3");
  const rest = await patch(location, 3, bytes(10).slice(3), SECRET);
  equal(rest.status, 204);
});

Deno.test("whoever goes on with an upload gets it from a connection that is stuck", async () => {
  const location = await create("stuck.bin");
  const { body, goOn } = stalled();
  const first = patch(location, 0, body, SECRET);
  await until(async () => (await Deno.stat(pathOf(location))).size === 3);

  const second = await patch(location, 0, bytes(10), SECRET);
  await answers(second, 409, "Upload-Offset conflict\n");
  const third = await patch(location, 3, bytes(10).slice(3), SECRET);
  equal(third.status, 204);

  // What it sends now is too late, and is not written behind the rest.
  goOn();
  await (await first).body?.cancel();
  const { data } = await world.service().storage.from("faults")
    .download("stuck.bin");
  deepEqual(new Uint8Array(await data?.arrayBuffer() ?? []), bytes(10));
});

Deno.test("two who send the same bytes at once make one object", async () => {
  const location = await create("twice.bin");
  const before = await world.files();

  const responses = await Promise.all(
    [1, 2].map(() => patch(location, 0, bytes(10), SECRET)),
  );

  const statuses = responses.map(({ status }) => status).sort();
  deepEqual(statuses, [204, 409]);
  for (const { body } of responses) await body?.cancel();
  deepEqual(await world.files(), [...before, versionOf(location)].sort());
});

Deno.test("an object that a trigger refuses leaves nothing of its upload", async () => {
  await world.makeBucket("refused-late");
  await world.database.asOwner((sql) =>
    sql.run(`
      create function public.refuse_late() returns trigger
      language plpgsql set search_path = '' as $$
      begin
        if new.bucket_id = 'refused-late' and new.metadata ? 'size' then
          raise exception 'The size is known, and no';
        end if;
        return new;
      end $$;
      create trigger refuse_late before insert on storage.objects
        for each row execute function public.refuse_late()`)
  );
  const before = await everything("refused-late");
  const metadata = { bucketName: "refused-late", objectName: "a.bin" };
  const location = await created(metadata, 10, SECRET);

  const response = await patch(location, 0, bytes(10), SECRET);

  await answers(response, 500, "database error, code: P0001");
  deepEqual(await everything("refused-late"), before);
  equal((await tus("HEAD", location, SECRET)).status, 404);
});
