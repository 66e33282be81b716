import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/states";

export default function NothingHere() {
  return (
    <>
      <h1 className="sr-only">Nothing is here</h1>
      <EmptyState
        title="Nothing is here"
        action={
          <ButtonLink href="/overview/highlights" variant="primary">
            To the overview
          </ButtonLink>
        }
      >
        The address is wrong, or the thing is not in this organisation. Search (Ctrl K) finds what is.
      </EmptyState>
    </>
  );
}
