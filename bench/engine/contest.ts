/**
 * A process that makes pictures when it is told to, for a benchmark that looks
 * at its CPU time from outside.
 *
 * @module
 */

/** What to make, how often. A line of JSON each. */
export interface Task {
  readonly file: string;
  readonly width: number;
  readonly format: "webp" | "jpeg";
  readonly times: number;
}

/** Does each task that comes on its input, and says how large the result was. */
export async function contend(
  make: (file: Uint8Array, task: Task) => Promise<number>,
): Promise<void> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  let text = "";
  for await (const part of lines) {
    text += part;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const task: Task = JSON.parse(text.slice(0, end));
      text = text.slice(end + 1);
      const file = await Deno.readFile(task.file);
      let bytes = 0;
      for (let i = 0; i < task.times; i++) bytes = await make(file, task);
      await Deno.stdout.write(new TextEncoder().encode(`${bytes}\n`));
    }
  }
}
