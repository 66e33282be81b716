"use client";

import { Pencil, Power, PowerOff } from "lucide-react";
import { useState } from "react";
import { amountOf } from "@/components/activity/metric-words";
import { ConfirmAction } from "@/components/data/confirm-action";
import { limitDraftOf, limitFields } from "@/components/policies/limit-draft";
import { takenOf } from "@/components/policies/limit-gauge";
import { limitSentence } from "@/components/policies/limit-sentence";
import { limitReads } from "@/components/policies/reads";
import { Blocked } from "@/components/policies/rule-buttons";
import { limitHref } from "@/components/policies/rule-href";
import { usePolicyActions } from "@/components/policies/server-actions";
import { Button, ButtonLink } from "@/components/ui/button";
import { TextAreaField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import type { Action } from "@/server/platform/http/contract";
import type { Limit } from "@/server/policies/wire";

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

interface DialogProps {
  limit: Limit;
  onClose: () => void;
}

function DisableDialog({ limit, onClose }: DialogProps) {
  const { disableLimit } = usePolicyActions();
  const toast = useToast();
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Switch off “${limit.name}”`}
      effect={<DisableEffect limit={limit} />}
      action={disableLimit}
      refreshes={limitReads}
      onDone={() => toast({ title: `“${limit.name}” is switched off`, tone: "allow" })}
      submit="Switch it off"
      variant="danger"
      hidden={{ limit_id: limit.limit_id, version: String(limit.version) }}
    >
      {(errors) => (
        <TextAreaField
          name="reason"
          label="Reason"
          hint="It stands in the audit log."
          isOptional
          maxLength={2_048}
          rows={2}
          error={errors("reason")}
          autoFocus
        />
      )}
    </ConfirmAction>
  );
}

function DisableEffect({ limit }: { limit: Limit }) {
  const taken = takenOf(limit);
  const isOfRuns = limit.limit_category === "THRESHOLD" && limit.limit_type !== "CONCURRENT_RUNS";
  return (
    <ul className="list-disc space-y-1 pl-4">
      <li>
        {isOfRuns
          ? "Runs that start from now on are no longer held to it; runs under way keep it to their end."
          : "It holds nothing back any more, also for runs under way."}
      </li>
      {taken === null ? null : (
        <li>
          {amountOf(limit.limit_type, taken)} of {amountOf(limit.limit_type, limit.max_value)} are used now.
        </li>
      )}
      <li>It can be switched on again.</li>
    </ul>
  );
}

function EnableDialog({ limit, onClose }: DialogProps) {
  const { replaceLimit } = usePolicyActions();
  const toast = useToast();
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Switch on “${limit.name}”`}
      effect={<p>{limitSentence({ ...limit, status: "active" })} What is used in its window counts at once.</p>}
      action={replaceLimit}
      refreshes={limitReads}
      onDone={() => toast({ title: `“${limit.name}” is switched on`, tone: "allow" })}
      submit="Switch it on"
      hidden={{
        ...limitFields({ ...limitDraftOf(limit), status: "active" }),
        limit_id: limit.limit_id,
        version: String(limit.version),
      }}
    />
  );
}
