/**
 * `/admin`: what the service may do, and nobody else. Each handler asks who is
 * calling.
 *
 * @module
 */
import { editUser, removeUser, showUser } from "./admin.ts";
import { addUser } from "./admin_creation.ts";
import {
  deleteFactor,
  deletePasskey,
  editFactor,
  listFactors,
  listPasskeys,
} from "./admin_factors.ts";
import {
  deleteClient,
  editClient,
  listClients,
  regenerateSecret,
  registerClient,
  showClient,
} from "./admin_oauth.ts";
import { listAudit } from "./audit_listing.ts";
import type { Route } from "./call.ts";
import { refuseCustomProviders } from "./disabled.ts";
import { generateLink } from "./links.ts";
import { listUsers } from "./listing.ts";

/** The paths, and what they do for each method. */
export const ADMIN_ROUTES: readonly Route[] = [
  {
    path: /^\/auth\/v1\/admin\/generate_link$/,
    methods: { POST: generateLink },
  },
  { path: /^\/auth\/v1\/admin\/audit$/, methods: { GET: listAudit } },
  {
    path: /^\/auth\/v1\/admin\/oauth\/clients$/,
    methods: { GET: listClients, POST: registerClient },
  },
  {
    path: /^\/auth\/v1\/admin\/oauth\/clients\/([^/]+)$/,
    methods: { GET: showClient, PUT: editClient, DELETE: deleteClient },
  },
  {
    path: /^\/auth\/v1\/admin\/oauth\/clients\/([^/]+)\/regenerate_secret$/,
    methods: { POST: regenerateSecret },
  },
  {
    path: /^\/auth\/v1\/admin\/custom-providers(?:\/.*)?$/,
    methods: {
      GET: refuseCustomProviders,
      POST: refuseCustomProviders,
      PUT: refuseCustomProviders,
      DELETE: refuseCustomProviders,
    },
  },
  {
    path: /^\/auth\/v1\/admin\/users$/,
    methods: { GET: listUsers, POST: addUser },
  },
  {
    path: /^\/auth\/v1\/admin\/users\/([^/]+)\/factors$/,
    methods: { GET: listFactors },
  },
  {
    path: /^\/auth\/v1\/admin\/users\/([^/]+)\/factors\/([^/]+)$/,
    methods: { PUT: editFactor, DELETE: deleteFactor },
  },
  {
    path: /^\/auth\/v1\/admin\/users\/([^/]+)\/passkeys$/,
    methods: { GET: listPasskeys },
  },
  {
    path: /^\/auth\/v1\/admin\/users\/([^/]+)\/passkeys\/([^/]+)$/,
    methods: { DELETE: deletePasskey },
  },
  {
    path: /^\/auth\/v1\/admin\/users\/([^/]+)$/,
    methods: { GET: showUser, PUT: editUser, DELETE: removeUser },
  },
];
