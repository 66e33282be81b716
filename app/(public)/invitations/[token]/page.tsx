import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { acceptByForm } from "@/app/(public)/invitations/[token]/actions";
import { drawn } from "@/app/fault-page";
import { findViewer } from "@/app/viewer";
import { EntryPage } from "@/components/account/entry-page";
import { InvitationForm } from "@/components/account/invitation-form";
import { findOpenInvitation } from "@/server/account/invitations";

export const metadata: Metadata = { title: "Invitation", referrer: "no-referrer" };

export default async function InvitationPage({ params }: PageProps<"/invitations/[token]">) {
  const { token } = await params;
  return drawn(
    () => Promise.all([findOpenInvitation(token), findViewer()]),
    ([invitation, here]) => {
      if (invitation === null) notFound();
      return (
        <EntryPage
          title={`Join ${invitation.tenant_name}`}
          lead={`${invitation.invited_by ?? "Somebody"} invites ${invitation.email} as ${invitation.role}.`}
        >
          <InvitationForm
            action={acceptByForm}
            token={token}
            invitation={invitation}
            isSignedInAsThem={here?.session.user.email === invitation.email}
          />
        </EntryPage>
      );
    },
  );
}
