import type { Metadata } from "next";
import {
  changePassword,
  confirmSecondFactor,
  disableSecondFactor,
  enableSecondFactor,
  endOtherSessions,
  endSession,
} from "@/app/(console)/account/profile-security/actions";
import { viewer } from "@/app/viewer";
import { SecurityView } from "@/components/account/security-view";
import { listSessions } from "@/server/account/sessions";

export const metadata: Metadata = { title: "Your sign-in" };

export default async function ProfileSecurityPage() {
  const { principal } = await viewer();
  const sessions = await listSessions(principal.userId, principal.sessionId);
  return (
    <SecurityView
      sessions={sessions}
      actions={{
        endSession,
        endOtherSessions,
        changePassword,
        enableSecondFactor,
        confirmSecondFactor,
        disableSecondFactor,
      }}
    />
  );
}
