import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { signIn, verifySecondFactor } from "@/app/(public)/actions";
import { findViewer } from "@/app/viewer";
import { SignInForm } from "@/components/account/entry-form";
import { EntryPage } from "@/components/account/entry-page";
import { Callout } from "@/components/ui/callout";
import { Link } from "@/components/ui/link";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  if ((await findViewer()) !== null) redirect("/overview/highlights");
  const { next } = await searchParams;
  return (
    <EntryPage
      title="Sign in"
      foot={
        <>
          No account yet?{" "}
          <Link href="/sign-up" className="text-accent underline">
            Create an organisation
          </Link>
        </>
      }
    >
      <PlainHttpWarning host={(await headers()).get("host")} isSecure={await isSecure()} />
      <SignInForm action={signIn} verify={verifySecondFactor} next={typeof next === "string" ? next : null} />
    </EntryPage>
  );
}

// A `__Host-` cookie is Secure: a browser drops it on plain http, except on this very machine.
function PlainHttpWarning({ host, isSecure }: Readonly<{ host: string | null; isSecure: boolean }>) {
  const name = (host ?? "").replace(/:\d+$/, "");
  if (isSecure || ["localhost", "127.0.0.1", "[::1]"].includes(name)) return null;
  return (
    <div className="mb-4">
      <Callout tone="review" title="Signing in needs TLS here">
        This page came over plain http, and browsers do not keep the session cookie of such a page. Put TLS in front of
        this server and set <code>TRUST_PROXY</code>, or open it as localhost.
      </Callout>
    </div>
  );
}

async function isSecure(): Promise<boolean> {
  return (await headers()).get("x-forwarded-proto") === "https";
}
