import type { Metadata } from "next";
import { signUp } from "@/app/(public)/actions";
import { SignUpForm } from "@/components/account/entry-form";
import { EntryPage } from "@/components/account/entry-page";
import { Link } from "@/components/ui/link";

export const metadata: Metadata = { title: "Create an organisation" };

export default function SignUpPage() {
  return (
    <EntryPage
      title="Create an organisation"
      lead="You become its owner. Next: a key, a snippet, and your first governed run."
      foot={
        <>
          Already have an account?{" "}
          <Link href="/sign-in" className="text-accent underline">
            Sign in
          </Link>
        </>
      }
    >
      <SignUpForm action={signUp} />
    </EntryPage>
  );
}
