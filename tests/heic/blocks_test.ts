/**
 * What stops the decoder where nothing outside can: blocks are counted, and each
 * is decoded once.
 *
 * @module
 */
import { ok, strictEqual, throws } from "node:assert/strict";
import { unpack } from "../../supabase/functions/image-proxy/embind/unpack.ts";
import { Failed } from "../../supabase/functions/image-proxy/engine/failure.ts";
import { tileStream } from "../../supabase/functions/image-proxy/heic/coded.ts";
import { DECODER } from "../../supabase/functions/image-proxy/heic/decoder_wasm.ts";
import { readHeader } from "../../supabase/functions/image-proxy/heic/header.ts";
import {
  COLOURS,
  Hevc,
} from "../../supabase/functions/image-proxy/heic/hevc.ts";
import { fileNamed, SQUARE, still, streamOf } from "./pictures.ts";
import { unit } from "./parameters.ts";
import { Buffer } from "node:buffer";

const module = await WebAssembly.compile(unpack(DECODER));
const { stream, hvcC } = streamOf(await fileNamed("420.heic"));

/** How a decode ends whose blocks may take so long. */
function endOf(bytes: Uint8Array, workNs: number): string {
  const file = still(bytes, SQUARE, hvcC);
  const header = readHeader(file);
  const tile = typeof header === "string" ? undefined : header.picture.tiles[0];
  if (tile === undefined) return "no tile";
  const hevc = new Hevc(module);
  hevc.begin({ workNs });
  try {
    hevc.decode(
      COLOURS,
      tileStream({ bytes: file, fileBytes: file.length }, tile),
    );
    return "picture";
  } catch (error) {
    ok(error instanceof Failed);
    strictEqual(hevc.isBroken, error.failure === "cost");
    return error.failure;
  }
}

/** The least with which there is a picture. */
function least(bytes: Uint8Array): number {
  let [few, enough] = [0, 1e9];
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (endOf(bytes, middle) === "picture") enough = middle;
    else few = middle;
  }
  return enough;
}

Deno.test("I7 HEIC: who takes too long is stopped", () => {
  const ns = least(stream);

  ok(ns > 1_000 && ns < 1_000_000, `${ns}`);
  strictEqual(endOf(stream, ns - 1), "cost");
});

/**
 * A slice that says that it begins at block 1 of the same picture, whose number
 * has so many bits: the header, of so many bytes, ends in a one and zeros.
 */
function later(nal: Uint8Array, bits: number, bytes: number): Uint8Array {
  const all = Array.from(
    nal.subarray(2, 2 + bytes),
    (it) => it.toString(2).padStart(8, "0"),
  ).join("");
  const said = all.slice(3, all.lastIndexOf("1"));
  // first_slice_segment_in_pic_flag, no_output_of_prior_pics_flag, the PPS.
  const header = `0${all.slice(1, 3)}${"1".padStart(bits, "0")}${said}1`;
  const words = header.padEnd(Math.ceil(header.length / 8) * 8, "0")
    .match(/.{8}/g) ?? [];
  return Buffer.concat([
    nal.subarray(0, 2),
    Uint8Array.from(words, (it) => parseInt(it, 2)),
    nal.subarray(2 + bytes),
  ]);
}

Deno.test("I7 HEIC: a block is decoded once, however often it comes", () => {
  const nal = stream.subarray(4);
  const ns = least(stream);

  // One of them has the header that the encoder has written.
  for (let bits = 1; bits <= 6; bits++) {
    for (let bytes = 1; bytes <= 6; bytes++) {
      const slice = unit(later(nal, bits, bytes));
      const many = Buffer.concat([stream, ...Array(60).fill(slice)]);
      ok(/picture|corrupt/.test(endOf(many, ns)));
    }
  }
});

Deno.test("I10 HEIC: an instance that trapped has nothing to say", () => {
  const hevc = new Hevc(module);
  hevc.begin({ workNs: 0 });
  const file = still(stream, SQUARE, hvcC);
  const header = readHeader(file);
  const tile = typeof header === "string" ? undefined : header.picture.tiles[0];
  ok(tile);
  const given = tileStream({ bytes: file, fileBytes: file.length }, tile);

  throws(() => hevc.decode(COLOURS, given), { failure: "cost" });

  ok(hevc.isBroken);
});
