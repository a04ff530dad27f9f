/** The engine. For Deno 2.1.4. @module */
import { transform } from "../../supabase/functions/image-proxy/engine/transform.ts";
import { contend } from "./contest.ts";

await contend(async (file, { width, format }) => {
  const result = await transform(file, { width, format });
  if (!result.ok) throw new Error(result.failure);
  return result.picture.bytes.length;
});
