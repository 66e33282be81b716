"use client";

import { amountOf } from "@/components/activity/metric-words";
import { ConfirmAction } from "@/components/data/confirm-action";
import { limitDraftOf, limitFields } from "@/components/policies/limit-draft";
import { takenOf } from "@/components/policies/limit-gauge";
import { limitSentence } from "@/components/policies/limit-sentence";
import { limitReads } from "@/components/policies/reads";
import { usePolicyActions } from "@/components/policies/server-actions";
import { TextAreaField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import type { Limit } from "@/server/policies/wire";

interface DialogProps {
  limit: Limit;
  onClose: () => void;
}

export function DisableDialog({ limit, onClose }: DialogProps) {
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

export function EnableDialog({ limit, onClose }: DialogProps) {
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
