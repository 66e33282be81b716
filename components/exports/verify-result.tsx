import { bytes } from "@/components/data/format";
import { Callout } from "@/components/ui/callout";
import { ErrorState } from "@/components/ui/states";
import { maxVerifyBytes } from "@/server/exports/contract";
import { FileTooLarge, type useVerification } from "./use-verification";
import { VerdictView } from "./verdict-view";

export function VerifyResult({ check }: { check: ReturnType<typeof useVerification> }) {
  if (check.error instanceof FileTooLarge) {
    return (
      <Callout tone="review" title={`The file is larger than ${bytes(maxVerifyBytes)}`}>
        This page cannot check it. The stand-alone verifier has no such limit.
      </Callout>
    );
  }
  if (check.error) {
    return <ErrorState error={check.error} retry={() => check.variables && check.mutate(check.variables)} />;
  }
  if (check.data === undefined || check.isPending) return null;
  return (
    <div className="w-full">
      <VerdictView verdict={check.data.verdict} fileName={check.data.fileName} />
    </div>
  );
}
