"use server";

import { redirect } from "next/navigation";
import { keepCookies, postOf } from "@/app/auth-door";
import type { EntryState } from "@/components/account/entry-form";
import { acceptInvitation } from "@/server/account/contract";
import { route } from "@/server/endpoints";
import { addressOf } from "@/server/platform/http/client";

/** Takes the seat and signs in, by the same operation as a program would. */
export async function acceptByForm(_before: EntryState | null, form: FormData): Promise<EntryState> {
  const fields = [...form].filter(([name, value]) => (name === "name" || name === "password") && value !== "");
  const address = addressOf(acceptInvitation, { params: { token: String(form.get("token")) } });
  const response = await route(await postOf(address, Object.fromEntries(fields)));
  if (response?.ok) {
    await keepCookies(response);
    redirect("/overview/highlights");
  }
  return { problem: Object(await response?.json()), name: String(form.get("name") ?? "") };
}
