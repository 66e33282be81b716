import { EntryPage } from "@/components/account/entry-page";
import { ButtonLink } from "@/components/ui/button";

export default function NotFoundPage() {
  return (
    <EntryPage title="Nothing is here" lead="The address is wrong, the thing is gone, or it is not yours to see.">
      <ButtonLink href="/" variant="primary">
        To the overview
      </ButtonLink>
    </EntryPage>
  );
}
