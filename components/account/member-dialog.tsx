"use client";

import type { ReactNode } from "react";
import { ConfirmAction } from "@/components/data/confirm-action";
import { words } from "@/components/data/format";
import { ChoiceField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import { roles } from "@/db/vocabulary";
import { getAccount, listUsers } from "@/server/account/contract";
import type { Member } from "@/server/account/wire";
import { roleWords } from "./member-words";
import type { MemberActions } from "./members-view";
import { SeatEndField } from "./seat-end-field";

export interface MemberDeed {
  kind: "role" | "end" | "suspend" | "activate" | "remove";
  member: Member;
}

interface DialogProps {
  deed: MemberDeed;
  actions: MemberActions;
  onClose(): void;
}

const refreshes = [listUsers, getAccount];

/** One change of a seat, with what it does. Everything here holds from the person's next request on. */
export function MemberDialog({ deed: { kind, member }, actions, onClose }: Readonly<DialogProps>) {
  const toast = useToast();
  const who = member.name ?? member.email;
  const common = {
    open: true,
    onOpenChange: (open: boolean) => open || onClose(),
    refreshes,
    hidden: { user_id: member.user_id },
    title: titleOf(kind, member),
    effect: effectOf(kind, who, member),
    onDone: () => toast({ title: `Done: ${titleOf(kind, member).toLowerCase()}` }),
  };
  if (kind === "remove") {
    const submit = member.kind === "invitation" ? "Revoke" : member.is_self ? "Leave" : "Remove";
    return <ConfirmAction {...common} action={actions.remove} submit={submit} variant="danger" />;
  }
  if (kind === "suspend" || kind === "activate") {
    const hidden = { ...common.hidden, status: kind === "suspend" ? "suspended" : "active" };
    const variant = kind === "suspend" ? "danger" : "primary";
    return <ConfirmAction {...common} action={actions.change} hidden={hidden} submit={words(kind)} variant={variant} />;
  }
  return (
    <ConfirmAction {...common} action={actions.change} submit="Save">
      {(error) =>
        kind === "role" ? (
          <ChoiceField
            name="role"
            label="Role"
            defaultValue={member.role}
            error={error("role")}
            options={roles.map((value) => ({ value, label: words(value), hint: roleWords[value] }))}
          />
        ) : (
          <SeatEndField defaultValue={member.expires_at} error={error("expires_at")} />
        )
      }
    </ConfirmAction>
  );
}

function titleOf(kind: MemberDeed["kind"], { kind: what, is_self }: Member): string {
  if (kind === "remove")
    return what === "invitation" ? "Revoke the invitation" : is_self ? "Leave this tenant" : "Remove the member";
  const titles = {
    role: "Change role",
    end: "Set an end",
    suspend: "Suspend the member",
    activate: "Activate the member",
  };
  return titles[kind];
}

function effectOf(kind: MemberDeed["kind"], who: string, { kind: what }: Member): ReactNode {
  if (kind === "remove" && what === "invitation")
    return <p>The link that {who} has been given stops working at once.</p>;
  const effects = {
    role: `${who} may do what the new role says from the next request on.`,
    end: `From that moment ${who} is signed out and cannot come in. What they did stays attributed to them.`,
    suspend: `${who} is refused from the next request on, on every server. The seat stays and can be activated again.`,
    activate: `${who} may sign in again, with the same role as before.`,
    remove: `${who} loses the seat and every session in this tenant at once. What they did stays attributed to them.`,
  };
  return <p>{effects[kind]}</p>;
}
