// Before a page is rendered: the strict content security policy with a nonce of its own, and the path for whoever must
// sign in first. Programs' addresses do not pass here.

import { type NextRequest, NextResponse } from "next/server";
import { isDevelopment } from "@/server/platform/env/development";

const NONCE_BYTES = 16;

export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))).toString("base64");
  const policy = policyWith(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("x-holdpoint-path", request.nextUrl.pathname + request.nextUrl.search);
  // Next reads the nonce for its own scripts out of this one.
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

// `style-src-attr`: server-rendered bars carry their width as an attribute; a style attribute runs no script.
function policyWith(nonce: string): string {
  const directives = {
    "default-src": "'none'",
    "script-src": `'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    "style-src": `'self' ${isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": `'self'${isDevelopment ? " ws:" : ""}`,
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}

export const config = {
  matcher: [{ source: "/((?!api/|_next/|\\.well-known/|favicon|problems/).*)" }],
};
