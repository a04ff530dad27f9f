/**
 * Calls a function in this process and prints what it answered.
 *
 *     deno run … tests/programs/call.ts <entry point> <request as JSON>
 *
 * For a Deno that is not the tests' own, so with nothing newer than 2.1.
 *
 * @module
 */

const [entryPoint = "", request = ""] = Deno.args;
const { url, ...init } = JSON.parse(request);

const { default: fn } = await import(entryPoint);
const response: Response = await fn.fetch(new Request(url, init));
const answer = { status: response.status, body: await response.json() };

// deno-lint-ignore no-console -- how the test learns the answer
console.log(JSON.stringify({ deno: Deno.version.deno, ...answer }));
