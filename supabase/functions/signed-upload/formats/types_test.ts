import { strictEqual } from "node:assert/strict";
import { agrees, isRecognisable, isText, isZipped } from "./types.ts";

const DOCX =
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSM = "application/vnd.ms-excel.sheet.macroenabled.12";
const ODT = "application/vnd.oasis.opendocument.text";

const SAME: [declared: string, found: string][] = [
  ["image/png", "image/png"],
  ["image/png", "image/apng"],
  ["image/apng", "image/png"],
  ["image/heic", "image/heif"],
  ["image/avif", "image/heif"],
  ["audio/mp4", "video/mp4"],
  ["video/mp4", "video/3gpp"],
  ["audio/vnd.wave", "audio/wav"],
  ["audio/ogg", "application/ogg"],
  ["application/msword", "application/x-cfb"],
  [DOCX, "application/zip"],
  [XLSM, "application/zip"],
  [ODT, "application/zip"],
  ["application/epub+zip", "application/zip"],
  ["application/java-archive", "application/zip"],
  ["application/zip", DOCX],
  ["text/xml", "application/xml"],
  ["application/atom+xml", "application/xml"],
  ["application/xhtml+xml", "text/html"],
  ["text/plain", "text/calendar"],
  // Letters that signatures are made of as well.
  ["text/plain", "image/bmp"],
  ["text/csv", "audio/mpeg"],
];

for (const [declared, found] of SAME) {
  Deno.test(`agrees() takes ${found} for ${declared}`, () => {
    strictEqual(agrees(declared, found), true);
  });
}

const DIFFERENT: [declared: string, found: string][] = [
  ["image/png", "image/jpeg"],
  ["image/jpeg", "image/png"],
  ["image/heic", "image/avif"],
  ["video/mp4", "video/quicktime"],
  ["application/octet-stream", "application/x-elf"],
  ["application/octet-stream", "text/html"],
  ["toString", "constructor"],
  [DOCX, ODT],
  [DOCX, "application/java-archive"],
  ["application/java-archive", DOCX],
  ["image/png", "application/zip"],
  ["application/zip", "text/html"],
  ["text/plain", "text/html"],
  ["text/plain", "image/svg+xml"],
  ["text/plain", "application/xml"],
  ["text/plain", "application/pdf"],
  ["text/javascript", "image/gif"],
  ["application/json", "text/html"],
  ["text/html", "application/xml"],
  ["text/html", "image/svg+xml"],
  ["image/svg+xml", "application/xml"],
  ["image/svg+xml", "text/html"],
  ["application/xml", "image/svg+xml"],
  ["text/xml", "image/svg+xml"],
  ["application/xml", "text/html"],
];

for (const [declared, found] of DIFFERENT) {
  Deno.test(`agrees() refuses ${found} for ${declared}`, () => {
    strictEqual(agrees(declared, found), false);
  });
}

const TYPES: [type: string, text: boolean, zipped: boolean][] = [
  ["text/plain", true, false],
  ["text/x-anything", true, false],
  ["application/json", true, false],
  ["application/ld+json", true, false],
  ["image/svg+xml", true, false],
  ["application/octet-stream", false, false],
  // Its records begin with a control.
  ["application/json-seq", false, false],
  ["application/geo+json-seq", false, false],
  [DOCX, false, true],
  ["application/vnd.google-earth.kml+xml", true, false],
  ["model/vnd.usdz+zip", false, true],
  ["application/zipped", false, false],
];

for (const [type, text, zipped] of TYPES) {
  Deno.test(`isText() and isZipped() know what ${type} is`, () => {
    strictEqual(isText(type), text);
    strictEqual(isZipped(type), zipped);
  });
}

const KNOWN = new Set(["audio/wav", "application/xml", "image/png"]);

const RECOGNISABLE: [type: string, is: boolean][] = [
  ["image/png", true],
  ["audio/x-wav", true],
  ["application/xhtml+xml", true],
  [DOCX, true],
  ["text/plain", false],
  ["application/xml", false],
  ["model/gltf-binary", false],
];

for (const [type, is] of RECOGNISABLE) {
  Deno.test(`isRecognisable() is ${is} for ${type}`, () => {
    strictEqual(isRecognisable(type, KNOWN), is);
  });
}
