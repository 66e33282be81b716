"use client";

import { useState } from "react";
import { ActionForm } from "@/components/data/action-form";
import { words } from "@/components/data/format";
import { Time } from "@/components/data/time";
import type { ServerAction } from "@/components/data/use-action";
import { useSession } from "@/components/shell/session";
import { Callout } from "@/components/ui/callout";
import { CopyButton } from "@/components/ui/copy";
import { Dialog } from "@/components/ui/dialog";
import { ChoiceField, TextField } from "@/components/ui/field";
import { roles } from "@/db/vocabulary";
import { getAccount, listUsers } from "@/server/account/contract";
import type { IssuedInvitation } from "@/server/account/wire";
import { roleWords } from "./member-words";
import { SeatEndField } from "./seat-end-field";

interface InviteProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  action: ServerAction<IssuedInvitation>;
}

/** Makes a link for one person. The link is shown this once: the database knows only its hash. */
export function InviteDialog({ open, onOpenChange, action }: Readonly<InviteProps>) {
  const [issued, setIssued] = useState<IssuedInvitation | null>(null);
  const { role } = useSession();
  const offered = roles.filter((one) => one !== "owner" || role === "owner");
  const change = (next: boolean) => {
    if (!next) setIssued(null);
    onOpenChange(next);
  };
  return (
    <Dialog open={open} onOpenChange={change} title={issued === null ? "Invite somebody" : "The invitation"}>
      {issued === null ? (
        <ActionForm action={action} refreshes={[listUsers, getAccount]} submit="Make the link" onDone={setIssued}>
          {(error) => (
            <>
              <TextField name="email" label="Email" type="email" required autoFocus error={error("email")} />
              <ChoiceField
                name="role"
                label="Role"
                defaultValue="member"
                error={error("role")}
                options={offered.map((value) => ({ value, label: words(value), hint: roleWords[value] }))}
              />
              <SeatEndField error={error("expires_at")} />
            </>
          )}
        </ActionForm>
      ) : (
        <Issued invitation={issued} />
      )}
    </Dialog>
  );
}

function Issued({
  invitation: { link, email, role, invitation_expires_at },
}: Readonly<{ invitation: IssuedInvitation }>) {
  return (
    <div className="flex flex-col gap-4">
      <p>
        Send this link to <strong>{email}</strong>. It makes them {role} here, works once, and ends{" "}
        <Time at={invitation_expires_at} mode="exact" />.
      </p>
      <p className="flex items-center gap-2 rounded-md bg-sunken p-3">
        <code className="min-w-0 flex-1 break-all text-xs">{link}</code>
        <CopyButton value={link} label="Copy the link" />
      </p>
      <Callout tone="review" title="Shown this once">
        Whoever has the link can take the seat. If it gets lost, revoke the invitation and make another.
      </Callout>
    </div>
  );
}
