"use client";

import { useActorName } from "@/components/account/use-actor-names";
import { ActionForm } from "@/components/data/action-form";
import { words } from "@/components/data/format";
import { Time } from "@/components/data/time";
import type { ServerAction } from "@/components/data/use-action";
import { ChoiceField, TextAreaField } from "@/components/ui/field";
import { Section } from "@/components/ui/section";
import { useToast } from "@/components/ui/toast";
import type { ReviewVerdict } from "@/db/vocabulary";
import type { ExportDetail, Review } from "@/server/exports/contract";
import type { Action } from "@/server/platform/http/contract";
import { exportReads } from "./reads";

interface ReviewSectionProps {
  bundle: ExportDetail;
  known: Action | undefined;
  action: ServerAction<Review>;
}

/** Countersignatures so far, and the form for another one; or why this viewer cannot give one. */
export function ReviewSection({ bundle, known, action }: ReviewSectionProps) {
  return (
    <Section title="Countersignatures">
      {bundle.reviews.length === 0 ? (
        <p className="text-muted">None yet. Somebody other than the exporter may give one.</p>
      ) : (
        <Reviews reviews={bundle.reviews} />
      )}
      <div className="mt-3">
        {known?.enabled ? (
          <ReviewForm key={bundle.reviews.length} bundleId={bundle.bundle_id} action={action} />
        ) : (
          <p className="text-muted">You cannot countersign it: {lower(known?.reason ?? "the reason is not known")}.</p>
        )}
      </div>
    </Section>
  );
}

function Reviews({ reviews }: { reviews: readonly Review[] }) {
  const nameOf = useActorName();
  return (
    <ul className="flex flex-col divide-y divide-line border-line border-y">
      {reviews.map((review) => (
        <li key={review.review_id} className="py-2">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium">{words(review.verdict)}</span>
            <span className="text-muted">by {nameOf(review.reviewed_by)}</span>
            <span className="ml-auto text-muted text-xs">
              <Time at={review.reviewed_at} mode="exact" />
            </span>
          </p>
          {review.notes === null ? null : <p className="whitespace-pre-wrap border-l-2 pl-2">{review.notes}</p>}
        </li>
      ))}
    </ul>
  );
}

const verdictHints: Readonly<Record<ReviewVerdict, string>> = {
  reviewed: "I have read it.",
  approved: "I have read it and agree.",
  exception: "Something is wrong or missing: say what.",
};

function ReviewForm({ bundleId, action }: { bundleId: string; action: ServerAction<Review> }) {
  const toast = useToast();
  const options = Object.entries(verdictHints).map(([value, hint]) => ({ value, label: words(value), hint }));
  return (
    <ActionForm
      action={action}
      refreshes={exportReads}
      onDone={({ verdict }) => toast({ title: `Countersigned: ${verdict}`, description: bundleId })}
      submit="Countersign"
      hidden={{ bundle_id: bundleId }}
    >
      {(errors) => (
        <>
          <p className="rounded-lg bg-sunken px-3 py-2 text-muted">
            Your name and verdict become an entry of the evidence log that names this bundle and its hash. It stays.
          </p>
          <ChoiceField
            name="verdict"
            label="Verdict"
            columns={3}
            options={options}
            defaultValue="reviewed"
            required
            error={errors("verdict")}
          />
          <TextAreaField
            name="notes"
            label="Notes"
            hint="Required for an exception."
            isOptional
            maxLength={4_000}
            rows={2}
            error={errors("notes")}
          />
        </>
      )}
    </ActionForm>
  );
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
