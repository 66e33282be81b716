import { CodeBlock } from "@/components/data/code-block";
import { offlineCommand } from "./bundle-kinds";

/** How to check a file without this server. */
export function OfflineHint({ fileName }: { fileName: string }) {
  return (
    <div className="flex flex-col gap-2">
      <p className="text-muted">
        To check it without this server: take <code>bin/holdpoint-verify.mjs</code> from the source, and the published
        keys from{" "}
        <a className="underline underline-offset-2" href="/.well-known/holdpoint-keys.json">
          /.well-known/holdpoint-keys.json
        </a>{" "}
        over a way you trust. It needs Node.js and nothing else.
      </p>
      <CodeBlock label="Offline verification" language="shell" code={offlineCommand(fileName)} />
    </div>
  );
}
