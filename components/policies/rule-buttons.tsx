"use client";

import { Archive, ArrowUpDown, Pencil, Target } from "lucide-react";
import { useState } from "react";
import { ruleHref } from "@/components/policies/rule-href";
import { Button, ButtonLink } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { Tooltip } from "@/components/ui/tooltip";
import type { Action } from "@/server/platform/http/contract";
import type { Policy } from "@/server/policies/wire";

// Loaded when one is opened.
const PrecedenceDialog = onDemand(
  async () => (await import("@/components/policies/precedence-dialog")).PrecedenceDialog,
);
const RetireDialog = onDemand(async () => (await import("@/components/policies/retire-dialog")).RetireDialog);
const ScopesDialog = onDemand(async () => (await import("@/components/policies/scopes-dialog")).ScopesDialog);

type Open = "scopes" | "precedence" | "retire" | null;

/** What may be done to a rule now. What may not be done says why. */
export function RuleButtons({ rule, actions }: { rule: Policy; actions: readonly Action[] }) {
  const [open, setOpen] = useState<Open>(null);
  const edit = actions.find(({ action }) => action === "edit");
  const retire = actions.find(({ action }) => action === "retire");
  const blocked = edit?.enabled ? null : (edit?.reason ?? "It cannot be changed now");
  const dialog = { rule, onClose: () => setOpen(null) };
  return (
    <div className="flex flex-wrap gap-2">
      {blocked === null ? (
        <ButtonLink href={`${ruleHref(rule.policy_id)}/edit`} size="small" icon={<Pencil aria-hidden />}>
          Edit
        </ButtonLink>
      ) : (
        <Blocked label="Edit" reason={blocked} />
      )}
      {blocked === null ? (
        <>
          <Button size="small" icon={<Target aria-hidden />} onClick={() => setOpen("scopes")}>
            Scopes
          </Button>
          <Button size="small" icon={<ArrowUpDown aria-hidden />} onClick={() => setOpen("precedence")}>
            Precedence
          </Button>
        </>
      ) : null}
      {retire?.enabled ? (
        <Button size="small" variant="danger" icon={<Archive aria-hidden />} onClick={() => setOpen("retire")}>
          Retire
        </Button>
      ) : null}
      {open === "scopes" ? <ScopesDialog {...dialog} /> : null}
      {open === "precedence" ? <PrecedenceDialog {...dialog} /> : null}
      {open === "retire" ? <RetireDialog {...dialog} /> : null}
    </div>
  );
}

/** `aria-disabled` and not `disabled`: the reason must be reachable by the keyboard. */
export function Blocked({ label, reason }: { label: string; reason: string }) {
  return (
    <Tooltip content={reason}>
      <Button size="small" aria-disabled aria-label={`${label}: ${reason}`} onClick={(event) => event.preventDefault()}>
        {label}
      </Button>
    </Tooltip>
  );
}
