import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { memory } from "../../_shared/testing/bytes.ts";
import { pdf } from "./pdf.ts";
import { fixture, join } from "./testing/fixtures.ts";

const BODY = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";

/** With a section where `place` says, behind the body if it is not given. */
function file(behind = "%%EOF\n", place = BODY.length): Uint8Array {
  return join(BODY, `xref\n0 0\ntrailer\n<<>>\nstartxref\n${place}\n${behind}`);
}

const TAKEN: [why: string, file: Uint8Array][] = [
  ["a line feed behind", file()],
  ["nothing behind", file("%%EOF")],
  ["any white space behind", file("%%EOF\0\t\n\f\r ")],
  ["a place that is off by white space", file("%%EOF", BODY.length - 1)],
];

for (const [why, bytes] of TAKEN) {
  Deno.test(`pdf() takes ${why}`, async () => {
    deepStrictEqual(await pdf(memory(bytes)), { end: bytes.length, pixels: 0 });
  });
}

const REFUSED: [why: string, file: Uint8Array][] = [
  ["nothing", join()],
  ["a front alone", join(BODY)],
  ["an end alone", file().subarray(BODY.length)],
  ["no place of a section", join(BODY, "xref\n0 0\ntrailer\n<<>>\n%%EOF")],
  ["a place where no section is", file("%%EOF", 4)],
  ["a place behind the end", file("%%EOF", 4000)],
  ["an end mark without what belongs before it", join(file("%%EOF"), "x%%EOF")],
  ["white space of more than 1,024 bytes", file(`%%EOF${" ".repeat(1024)}`)],
];

for (const [why, bytes] of REFUSED) {
  Deno.test(`pdf() refuses ${why}`, async () => {
    strictEqual(await pdf(memory(bytes)), undefined);
  });
}

const LAST_LINES = "startxref\n28\n%%EOF\n";

const BEHIND: [why: string, behind: Uint8Array][] = [
  ["one byte", join("x")],
  ["a page", join("<script>alert(1)</script>")],
  ["an archive", fixture("files.zip")],
  ["an archive and its own last lines", join(fixture("files.zip"), LAST_LINES)],
  ["itself", file()],
];

for (const [why, behind] of BEHIND) {
  Deno.test(`pdf() ends before ${why}`, async () => {
    const whole = file("%%EOF");

    const extent = await pdf(memory(join(whole, behind)));

    strictEqual(extent?.end, whole.length);
  });
}

Deno.test("pdf() finds the end mark across blocks", async () => {
  for (const length of [65_501, 65_502, 65_503, 65_504, 65_505]) {
    const section = `xref${" ".repeat(length)}trailer\n<<>>\nstartxref\n`;
    const whole = join(BODY, section, `${BODY.length}\n%%EOF\n`);

    strictEqual((await pdf(memory(whole)))?.end, whole.length);
  }
});
