import { strictEqual } from "node:assert/strict";
import { Handles } from "./handles.ts";

Deno.test("Handles give numbers that wasm-bindgen has not taken itself", () => {
  const handles = new Handles();
  const value = new Uint8Array(1);

  const first = handles.give(value);
  const second = handles.give("another");

  // 128 are reserved, and 4 stand for undefined, null, true and false.
  strictEqual(first >= 132 && second > first, true);
  strictEqual(handles.get(first), value);
  strictEqual(handles.get(0), undefined);
});

Deno.test("Handles keep nothing of a call that is over", () => {
  const handles = new Handles();
  const handle = handles.give(new Uint8Array(1));

  handles.clear();

  strictEqual(handles.get(handle), undefined);
  strictEqual(handles.give("the next"), handle);
});
