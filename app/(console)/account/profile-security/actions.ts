"use server";

import { refresh } from "next/cache";
import { askDoor } from "@/app/auth-door";
import type { DoorState } from "@/components/account/door-state";

export async function endSession(_before: DoorState | null, form: FormData): Promise<DoorState> {
  return ask("/revoke-session", { session_id: text(form, "session_id") });
}

export async function endOtherSessions(): Promise<DoorState> {
  return ask("/revoke-other-sessions", {});
}

export async function changePassword(_before: DoorState | null, form: FormData): Promise<DoorState> {
  const body = { current_password: text(form, "current_password"), new_password: text(form, "new_password") };
  return ask("/change-password", body);
}

export async function enableSecondFactor(_before: DoorState | null, form: FormData): Promise<DoorState> {
  return ask("/two-factor/enable", { password: text(form, "password") });
}

export async function confirmSecondFactor(_before: DoorState | null, form: FormData): Promise<DoorState> {
  return ask("/two-factor/confirm", { code: text(form, "code").replaceAll(" ", "") });
}

export async function disableSecondFactor(_before: DoorState | null, form: FormData): Promise<DoorState> {
  return ask("/two-factor/disable", { password: text(form, "password") });
}

async function ask(path: `/${string}`, body: object): Promise<DoorState> {
  const answer = await askDoor(path, body);
  if (answer.ok) refresh();
  return answer;
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
