"use client";

import { Pencil, Power, PowerOff } from "lucide-react";
import { useState } from "react";
import { Blocked } from "@/components/policies/rule-buttons";
import { limitHref } from "@/components/policies/rule-href";
import { Button, ButtonLink } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import type { Action } from "@/server/platform/http/contract";
import type { Limit } from "@/server/policies/wire";

// Loaded when one is opened.
const DisableDialog = onDemand(async () => (await import("@/components/policies/limit-switch-dialogs")).DisableDialog);
const EnableDialog = onDemand(async () => (await import("@/components/policies/limit-switch-dialogs")).EnableDialog);

export function LimitButtons({ limit, actions }: { limit: Limit; actions: readonly Action[] }) {
  const [open, setOpen] = useState<"disable" | "enable" | null>(null);
  const find = (name: string) => actions.find(({ action }) => action === name);
  const edit = find("edit");
  const close = () => setOpen(null);
  return (
    <div className="flex flex-wrap gap-2">
      {edit?.enabled ? (
        <ButtonLink href={`${limitHref(limit.limit_id)}/edit`} size="small" icon={<Pencil aria-hidden />}>
          Edit
        </ButtonLink>
      ) : (
        <Blocked label="Edit" reason={edit?.reason ?? "It cannot be changed now"} />
      )}
      {find("enable")?.enabled ? (
        <Button size="small" icon={<Power aria-hidden />} onClick={() => setOpen("enable")}>
          Switch on
        </Button>
      ) : null}
      {find("disable")?.enabled ? (
        <Button size="small" variant="danger" icon={<PowerOff aria-hidden />} onClick={() => setOpen("disable")}>
          Switch off
        </Button>
      ) : null}
      {open === "disable" ? <DisableDialog limit={limit} onClose={close} /> : null}
      {open === "enable" ? <EnableDialog limit={limit} onClose={close} /> : null}
    </div>
  );
}
