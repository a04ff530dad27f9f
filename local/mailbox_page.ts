/**
 * The mailbox, as a page for people. What it shows was written by others, so
 * everything is escaped, and the page may load and run nothing.
 *
 * @module
 */
import type { KeptMail } from "./mailbox.ts";

/** The page of these mails, the newest first. */
export function mailboxPage(mails: readonly KeptMail[]): Response {
  const nonce = crypto.randomUUID();
  return new Response(render(mails, nonce), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; ` +
        "form-action 'none'; frame-ancestors 'none'",
      // A link that says where it was clicked would lead back here.
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
}

function render(mails: readonly KeptMail[], nonce: string): string {
  const list = mails.length === 0
    ? "<p>No mails yet. Invite somebody, or ask for a new password.</p>"
    : mails.map(renderMail).join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mailbox</title>
<style nonce="${nonce}">${STYLE}</style>
<h1>Mailbox</h1>
${list}
</html>
`;
}

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
  article { border-top: 1px solid #8884; padding: 1rem 0 }
  h2 { font-size: 1rem; margin: 0 }
  p { margin: .25rem 0 }
  small { opacity: .7 }
  a { overflow-wrap: anywhere }
  code { font-size: 1.25rem; letter-spacing: .1em }
`;

function renderMail(mail: KeptMail): string {
  const { subject, to, kind, text, link, code, sentAt } = mail;
  const when = sentAt.toISOString();
  const linked = link === null
    ? ""
    : `<p><a href="${escapeHtml(link)}">${escapeHtml(link)}</a></p>`;
  return `<article>
<h2>${escapeHtml(subject)}</h2>
<p><small>${escapeHtml(kind)} to ${escapeHtml(to)},
<time datetime="${when}">${when}</time></small></p>
<p>${escapeHtml(text)}</p>
${linked}
${code === "" ? "" : `<p><code>${escapeHtml(code)}</code></p>`}
</article>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (it) => `&#${it.charCodeAt(0)};`);
}
