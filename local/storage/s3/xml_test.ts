import { deepEqual, equal, throws } from "node:assert/strict";
import { readParts } from "./part_list.ts";
import { xml } from "./xml.ts";

Deno.test("xml() repeats an element, leaves out what is undefined, and escapes", () => {
  const document = xml({
    A: { B: [1, true], C: undefined, D: [], E: `<&>"\u0000`, F: new Date(0) },
  });

  equal(
    document,
    '<?xml version="1.0" encoding="UTF-8"?><A><B>1</B><B>true</B>' +
      "<E>&#60;&#38;&#62;&#34;\ufffd</E><F>1970-01-01T00:00:00.000Z</F></A>",
  );
});

Deno.test("readParts() reads tags however they are quoted", () => {
  const body = `<?xml version="1.0"?>
    <CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
      <Part><ETag>"a"</ETag><PartNumber>1</PartNumber></Part>
      <Part><PartNumber> 2 </PartNumber><ETag>&quot;b&#34;</ETag></Part>
      <Part><PartNumber>3</PartNumber><ETag>c</ETag></Part>
    </CompleteMultipartUpload>`;

  deepEqual(readParts(body), [
    { number: 1, eTag: "a" },
    { number: 2, eTag: "b" },
    { number: 3, eTag: "c" },
  ]);
  deepEqual(readParts(" "), []);
});

for (
  const [why, body] of [
    ["another document", "<Delete></Delete>"],
    ["JSON", '{"parts":[]}'],
    [
      "a part without a tag",
      "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>",
    ],
  ] as const
) {
  Deno.test(`readParts() refuses ${why}`, () => {
    throws(() => readParts(body), { code: "MalformedXML" });
  });
}
