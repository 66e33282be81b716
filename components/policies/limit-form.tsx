"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { ActionForm } from "@/components/data/action-form";
import { EffectPreview, FormWithPreview } from "@/components/policies/effect-preview";
import { LimitCountsFields } from "@/components/policies/limit-counts-fields";
import { type LimitDraft, limitDraftWords, withLimitChoice } from "@/components/policies/limit-draft";
import { limitNotes, limitSentence } from "@/components/policies/limit-sentence";
import { limitEnforcementWords, limitScopeWords, optionsOf } from "@/components/policies/policy-words";
import { limitReads } from "@/components/policies/reads";
import { limitHref } from "@/components/policies/rule-href";
import { ScopeFields } from "@/components/policies/scope-fields";
import { usePolicyActions } from "@/components/policies/server-actions";
import { staleLimit } from "@/components/policies/stale";
import { ButtonLink } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { ChoiceField, Fieldset, NumberField, TextAreaField, TextField } from "@/components/ui/field";
import { Link } from "@/components/ui/link";
import { useToast } from "@/components/ui/toast";
import { limitEnforcements, limitScopeTypes } from "@/db/vocabulary";
import type { Limit } from "@/server/policies/wire";

export interface LimitFieldsProps {
  draft: LimitDraft;
  choose: <K extends keyof LimitDraft>(field: K, value: LimitDraft[K]) => void;
  errors: (name: string) => string | undefined;
  /** Category and type stay what they were. */
  isFixed: boolean;
}

interface LimitFormProps {
  initial: LimitDraft;
  /** The limit that is edited; null for a new one. */
  base: Limit | null;
}

export function LimitForm({ initial, base }: LimitFormProps) {
  const { createLimit, replaceLimit } = usePolicyActions();
  const [draft, setDraft] = useState(initial);
  const done = useSaved(base);
  const own = base === null ? {} : { limit_id: base.limit_id, version: String(base.version) };
  return (
    <ActionForm
      action={base === null ? createLimit : replaceLimit}
      refreshes={limitReads}
      onDone={done}
      result={(limit) => <Saved limit={limit} />}
      submit={base === null ? "Create the limit" : `Save as version ${base.version + 1}`}
      cancel={
        <ButtonLink variant="quiet" href={base === null ? "/policies/controls" : limitHref(base.limit_id)}>
          Cancel
        </ButtonLink>
      }
      hidden={{ ...own, status: draft.status, limit_category: draft.limit_category }}
      {...(base === null ? {} : { refused: staleLimit(base) })}
    >
      {(errors) => (
        <LimitFields
          draft={draft}
          choose={(field, value) => setDraft(withLimitChoice(draft, field, value))}
          errors={errors}
          isFixed={base !== null}
        />
      )}
    </ActionForm>
  );
}

function LimitFields(props: LimitFieldsProps) {
  const words = limitDraftWords(props.draft);
  return (
    <FormWithPreview preview={<EffectPreview sentence={limitSentence(words)} notes={limitNotes(words)} />}>
      <NameFields {...props} />
      <LimitCountsFields {...props} />
      <BeyondFields {...props} />
    </FormWithPreview>
  );
}

function NameFields({ draft, choose, errors }: LimitFieldsProps) {
  return (
    <div className="grid gap-4">
      <TextField
        name="name"
        label="Name"
        hint="No two limits in use have the same."
        required
        maxLength={256}
        value={draft.name}
        onChange={(event) => choose("name", event.target.value)}
        error={errors("name")}
        autoFocus={draft.name === ""}
      />
      <TextAreaField
        name="description"
        label="Description"
        isOptional
        maxLength={4_096}
        rows={2}
        value={draft.description}
        onChange={(event) => choose("description", event.target.value)}
        error={errors("description")}
      />
    </div>
  );
}

function BeyondFields({ draft, choose, errors }: LimitFieldsProps) {
  return (
    <Fieldset legend="For whom, and what happens beyond it">
      <ScopeFields
        whole="tenant"
        type={draft.scope_type}
        ids={draft.scope_ids}
        options={optionsOf(limitScopeWords)}
        hint="One a line, each with a counter of its own. None: each one has its own."
        isOptional
        onType={(type) => choose("scope_type", limitScopeTypes.find((one) => one === type) ?? "tenant")}
        onIds={(ids) => choose("scope_ids", ids)}
        errors={errors}
      />
      <ChoiceField
        name="enforcement"
        label="Beyond it"
        columns={3}
        value={draft.enforcement}
        onValueChange={(value) => choose("enforcement", limitEnforcements.find((one) => one === value) ?? "refuse")}
        options={optionsOf(limitEnforcementWords)}
        error={errors("enforcement")}
      />
      <NumberField
        name="near_percentage"
        label="Signal at"
        hint="A message when it comes near. It stops nothing."
        unit="%"
        min={1}
        max={100}
        value={draft.near_percentage}
        onChange={(event) => choose("near_percentage", event.target.value)}
        error={errors("near_percentage")}
        className="sm:max-w-60"
      />
    </Fieldset>
  );
}

function useSaved(base: Limit | null): (limit: Limit) => void {
  const router = useRouter();
  const toast = useToast();
  return (limit) => {
    toast({ title: base === null ? `“${limit.name}” is made` : `Saved as version ${limit.version}`, tone: "allow" });
    router.push(limitHref(limit.limit_id));
  };
}

/** Where the page has no JavaScript, or until the limit's page is there. */
function Saved({ limit }: { limit: Limit }) {
  return (
    <Callout tone="allow" title={`“${limit.name}” is saved`}>
      <Link href={limitHref(limit.limit_id)} className="underline">
        Open the limit
      </Link>
    </Callout>
  );
}
