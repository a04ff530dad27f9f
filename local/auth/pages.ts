/**
 * Lists a page at a time: which page is asked for, and where to go on. No I/O.
 *
 * @module
 */
import { validationFailed } from "./errors.ts";

/** The platform's page. */
const PER_PAGE = 50;

/** Large enough for every page, and small enough for Postgres. */
const MAX = 2 ** 31 - 1;

/** Part of a list. */
export interface Page {
  /** From 1. */
  readonly number: number;
  readonly perPage: number;
  /** How many come before it. */
  readonly offset: number;
}

/** What `page` and `per_page` ask for. */
export function pageIn({ searchParams }: URL): Page {
  const number = Math.max(numberIn(searchParams, "page", 1), 1);
  const perPage = numberIn(searchParams, "per_page", PER_PAGE);
  if (perPage === 0) {
    throw validationFailed(
      "Bad Pagination Parameters: per_page must be greater than 0",
    );
  }
  return { number, perPage, offset: (number - 1) * perPage };
}

function numberIn(
  searchParams: URLSearchParams,
  name: string,
  otherwise: number,
): number {
  const text = searchParams.get(name) ?? "";
  if (text === "") return otherwise;
  if (/^\d+$/.test(text)) return Math.min(Number(text), MAX);
  throw validationFailed(
    "Bad Pagination Parameters: strconv.ParseUint: parsing " +
      `${JSON.stringify(text)}: invalid syntax`,
  );
}

/** How many there are, and links to the next page and the last. */
export function pageHeaders(
  url: URL,
  page: Page,
  total: number,
): Record<string, string> {
  const lastPage = Math.ceil(total / page.perPage);
  const next = lastPage > page.number
    ? [linkTo(url, page.number + 1, "next")]
    : [];
  const links = [...next, linkTo(url, lastPage, "last")];
  return { "x-total-count": String(total), link: links.join(", ") };
}

/** As the server behind the gateway sees its own address. */
function linkTo({ pathname, searchParams }: URL, to: number, rel: string) {
  const query = new URLSearchParams(searchParams);
  query.set("page", String(to));
  query.sort();
  const path = pathname.replace(/^\/auth\/v1/, "");
  return `<${path}?${query}>; rel="${rel}"`;
}
