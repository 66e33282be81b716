"use server";

import { redirect } from "next/navigation";
import { askDoor } from "@/app/auth-door";
import type { EntryState } from "@/components/account/entry-form";

/** Ends in the page that asked for the sign-in, or says what was wrong. */
export async function signIn(_before: EntryState | null, form: FormData): Promise<EntryState> {
  const answer = await askDoor("/sign-in/email", {
    email: textOf(form, "email"),
    password: textOf(form, "password"),
    remember_me: form.get("remember_me") !== null,
  });
  if (answer.ok) redirect(safePath(form.get("next")));
  return { problem: answer.problem, email: textOf(form, "email") };
}

/** The second step: a code of the authenticator, or a backup code. */
export async function verifySecondFactor(_before: EntryState | null, form: FormData): Promise<EntryState> {
  const answer = await askDoor("/two-factor/verify", { code: textOf(form, "code").replaceAll(" ", "") });
  if (answer.ok) redirect(safePath(form.get("next")));
  return { problem: answer.problem, email: textOf(form, "email"), step: "second-factor" };
}

/** A new tenant with its owner, who is led to the first governed run. */
export async function signUp(_before: EntryState | null, form: FormData): Promise<EntryState> {
  const name = textOf(form, "name");
  const answer = await askDoor("/sign-up/email", {
    tenant_name: textOf(form, "tenant_name"),
    email: textOf(form, "email"),
    password: textOf(form, "password"),
    ...(name === "" ? {} : { name }),
  });
  if (answer.ok) redirect("/connectivity/sdk-integration");
  return { problem: answer.problem, email: textOf(form, "email"), tenantName: textOf(form, "tenant_name"), name };
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

// Only a path of this server: a foreign address would make the sign-in page a way to send people elsewhere.
function safePath(value: FormDataEntryValue | null): string {
  return typeof value === "string" && /^\/(?![/\\])[\w\-./?=&%,:+~]*$/.test(value) ? value : "/overview/highlights";
}
