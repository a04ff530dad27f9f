/**
 * A stand-in for Supabase's Management API that takes functions from the CLI
 * and remembers them.
 *
 * @module
 */
import { serve } from "../../supabase/functions/_shared/testing/server.ts";

/** A project's reference: 20 lower-case letters. */
const REFERENCE = "porticoporticoportic";

/** An access token: the CLI looks at its shape. */
const TOKEN = `sbp_${"0".repeat(40)}`;

/** A function as the CLI has sent it. */
export interface Upload {
  /** Texts by the names that they were sent under. */
  readonly files: ReadonlyMap<string, string>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A running stand-in. */
export interface ManagementApi extends AsyncDisposable {
  /** What has been sent, by the names of the functions. */
  readonly uploads: ReadonlyMap<string, Upload>;
  /** For the CLI's command line. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Starts one that knows nobody. `folder` is for the CLI's profile. */
export async function startManagementApi(
  folder: string,
): Promise<ManagementApi> {
  const uploads = new Map<string, Upload>();
  const server = serve((request) =>
    request.headers.get("authorization") === `Bearer ${TOKEN}`
      ? answer(request, uploads)
      : new Response(null, { status: 401 })
  );
  const profile = `${folder}/profile.json`;
  await Deno.writeTextFile(
    profile,
    JSON.stringify({
      name: "portico",
      api_url: server.url,
      dashboard_url: server.url,
      docs_url: server.url,
      project_host: "example.com",
    }),
  );
  return {
    uploads,
    args: ["--profile", profile, `--remote=${REFERENCE}`],
    env: { SUPABASE_ACCESS_TOKEN: TOKEN },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Source: what CLI 3.1.0 asks for. One function goes up alone, many at once. */
async function answer(
  request: Request,
  uploads: Map<string, Upload>,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const path = pathname.replace(`/v1/projects/${REFERENCE}`, "");
  switch (`${request.method} ${path}`) {
    case "GET ":
      return Response.json({ id: REFERENCE, ref: REFERENCE, name: "portico" });
    case "GET /functions":
      return Response.json([]);
    case "POST /functions/deploy": {
      const slug = searchParams.get("slug") ?? "";
      const upload = await readUpload(await request.formData());
      uploads.set(slug, upload);
      const made = { id: slug, slug, version: 1, status: "ACTIVE" };
      const at = { "created_at": 0, "updated_at": 0 };
      const told = { ...upload.metadata, ...made, ...at };
      return Response.json(told, { status: 201 });
    }
    case "PUT /functions":
      return Response.json({ functions: await request.json() });
    default:
      return new Response(null, { status: 404 });
  }
}

async function readUpload(form: FormData): Promise<Upload> {
  const files = new Map<string, string>();
  for (const file of form.getAll("file")) {
    if (file instanceof File) files.set(file.name, await file.text());
  }
  return { files, metadata: JSON.parse(String(form.get("metadata"))) };
}
