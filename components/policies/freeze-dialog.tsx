"use client";

import { useState } from "react";
import { ConfirmAction } from "@/components/data/confirm-action";
import { plural } from "@/components/data/format";
import { freezeWords } from "@/components/policies/exact-words";
import { optionsOf } from "@/components/policies/policy-words";
import { freezeReads } from "@/components/policies/reads";
import { usePolicyActions } from "@/components/policies/server-actions";
import { useSession } from "@/components/shell/session";
import { ChoiceField, TextAreaField, TextField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import { type FreezeType, freezeTypes } from "@/db/vocabulary";

const idLabels: Readonly<Record<Exclude<FreezeType, "tenant">, string>> = {
  agent: "Agent id",
  key: "API key id",
  run: "Run id",
};

const effects: Readonly<Record<FreezeType, string>> = {
  agent: "The agent starts nothing more, and every live run of it ends at once, on every instance.",
  key: "The key starts nothing more, and every live run it started ends at once, on every instance.",
  run: "The run ends at once. Its runner is told to cancel what is in flight.",
  tenant: "Nothing starts, and every live run of this tenant ends at once. All agents stop working until you lift it.",
};

/** Throws a kill-switch. */
export function FreezeDialog({ onClose }: { onClose: () => void }) {
  const { setFreeze } = usePolicyActions();
  const { tenant } = useSession();
  const toast = useToast();
  const [type, setType] = useState<FreezeType>("agent");
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Freeze something"
      effect={<p className="font-medium">{effects[type]}</p>}
      action={setFreeze}
      refreshes={freezeReads}
      onDone={({ in_flight }) =>
        toast({
          title: "Frozen",
          description:
            in_flight.length === 0 ? "Nothing of it was live." : `${plural(in_flight.length, "live run")} will end.`,
          tone: "critical",
        })
      }
      submit={type === "tenant" ? `Freeze all of ${tenant.name}` : "Freeze it"}
      variant="danger"
      hidden={type === "tenant" ? { id: tenant.tenant_id } : {}}
    >
      {(errors) => <FreezeFields type={type} onType={setType} errors={errors} />}
    </ConfirmAction>
  );
}

interface FreezeFieldsProps {
  type: FreezeType;
  onType: (type: FreezeType) => void;
  errors: (name: string) => string | undefined;
}

function FreezeFields({ type, onType, errors }: FreezeFieldsProps) {
  return (
    <>
      <ChoiceField
        name="type"
        label="What"
        columns={2}
        value={type}
        onValueChange={(value) => onType(freezeTypes.find((one) => one === value) ?? "agent")}
        options={optionsOf(freezeWords)}
        error={errors("type")}
      />
      {type === "tenant" ? null : (
        <TextField
          key={type}
          name="id"
          label={idLabels[type]}
          mono
          required
          maxLength={128}
          error={errors("id")}
          autoFocus
        />
      )}
      <TextAreaField
        name="reason"
        label="Reason"
        hint="It is kept with the freeze and stands in the audit log."
        required
        maxLength={2_048}
        rows={2}
        error={errors("reason")}
      />
    </>
  );
}
