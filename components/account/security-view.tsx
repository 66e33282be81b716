"use client";

import { DetailPage } from "@/components/shell/detail-page";
import { useSession } from "@/components/shell/session";
import { Section } from "@/components/ui/section";
import type { SessionView } from "@/server/account/sessions";
import type { DoorAction } from "./door-state";
import { PasswordForm } from "./password-form";
import { SecondFactor } from "./second-factor";
import { SessionList } from "./session-list";

export interface SecurityActions {
  endSession: DoorAction;
  endOtherSessions: DoorAction;
  changePassword: DoorAction;
  enableSecondFactor: DoorAction;
  confirmSecondFactor: DoorAction;
  disableSecondFactor: DoorAction;
}

/** The own sign-in: who is signed in where, the password, the second factor. */
export function SecurityView({
  sessions,
  actions,
}: Readonly<{ sessions: readonly SessionView[]; actions: SecurityActions }>) {
  const { user } = useSession();
  return (
    <DetailPage crumbs={[{ label: "Account" }, { label: user.email }]} title="Your sign-in" name="Your sign-in">
      <div className="flex max-w-3xl flex-col gap-10 px-4 py-5">
        <Section title="Sessions">
          <SessionList sessions={sessions} end={actions.endSession} endOthers={actions.endOtherSessions} />
        </Section>
        <Section title="Second factor" id="second-factor">
          <SecondFactor actions={actions} />
        </Section>
        <Section title="Password">
          <PasswordForm action={actions.changePassword} />
        </Section>
      </div>
    </DetailPage>
  );
}
