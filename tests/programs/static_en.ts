/**
 * `static-en` in a process of its own: reads lists of texts from its input, in
 * JSON, a line each, and says what became of each, a line each.
 *
 * @module
 */
import { staticEn } from "../../supabase/functions/_shared/embed/static_en.ts";

const { signal } = new AbortController();
const model = staticEn();

async function answerTo(line: string): Promise<string> {
  const texts: string[] = JSON.parse(line);
  const { vectors, tokens } = await model
    .embed(texts, { purpose: "passage", signal });
  const said = {
    deno: Deno.version.deno,
    tokens,
    // JSON has every bit of them: 32 are fewer than its 64.
    vectors: vectors.map((it) => Array.from(it)),
  };
  return `${JSON.stringify(said)}\n`;
}

let read = "";
for await (
  const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const lines = (read + text).split("\n");
  read = lines.pop() ?? "";
  for (const line of lines) {
    await new Blob([await answerTo(line)]).stream()
      .pipeTo(Deno.stdout.writable, { preventClose: true });
  }
}
