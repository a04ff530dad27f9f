/**
 * `/auth/v1`, part by part. They share a world, since each takes seconds to make.
 *
 * @module
 */
import "./auth/account.ts";
import "./auth/admin.ts";
import "./auth/admin_factors.ts";
import "./auth/admin_people.ts";
import "./auth/anonymous.ts";
import "./auth/audit.ts";
import "./auth/claims.ts";
import "./auth/factor_refusals.ts";
import "./auth/factors.ts";
import "./auth/generated_links.ts";
import "./auth/http.ts";
import "./auth/link_refusals.ts";
import "./auth/links.ts";
import "./auth/listing.ts";
import "./auth/oauth_clients.ts";
import "./auth/pkce.ts";
import "./auth/redirects.ts";
import "./auth/rotation.ts";
import "./auth/sessions.ts";
import "./auth/sign_in.ts";
import "./auth/sign_up.ts";
import "./auth/sql.ts";
import "./auth/totp.ts";
