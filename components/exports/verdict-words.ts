// What verification looked at, for a person who does not know the format.

/** In the order in which the server reports them; a check it does not know yet keeps its own name. */
const questions: Readonly<Record<string, string>> = {
  format: "Is it a Holdpoint bundle, whole and well formed?",
  pdf_seal: "Are the pages and the attached evidence those that were sealed together?",
  bundle_hash: "Is what it says unchanged since it was made?",
  snapshot: "Are these the policies that were frozen for this run?",
  chain: "Do all records follow each other without a gap or a change?",
  seal: "Do the run's end, totals and violation agree with what was sealed?",
  commitments: "Are inputs and outputs those that were promised when the steps were recorded?",
  figures: "Are the figures those of the records?",
  keys: "Does the history of signing keys hold together?",
  checkpoint: "Was the log signed by one of these keys?",
  inclusion: "Do the run, the incident and this file stand in the signed log?",
  first_checkpoint: "Was the run in the log from the first signature after its end?",
  outside_checkpoint: "Is it the same log as the checkpoint that was kept elsewhere?",
  receipts: "Is every record there that the agent holds a receipt for?",
};

export function questionOf(check: string): string {
  return questions[check] ?? check.replaceAll("_", " ");
}

export interface VerdictWords {
  tone: "allow" | "review" | "deny";
  title: string;
  text: string;
}

/** The verdict in one line: an unknown signer is never called verified without saying so. */
export function verdictWords(verdict: {
  verified: boolean;
  signer: "trusted" | "unknown";
  first_failure: string | null;
}): VerdictWords {
  if (!verdict.verified) {
    const where = verdict.first_failure === null ? "" : ` It fails first at: ${questionOf(verdict.first_failure)}`;
    return { tone: "deny", title: "Not verified", text: `Do not rely on this file.${where}` };
  }
  if (verdict.signer === "unknown") {
    return {
      tone: "review",
      title: "Consistent, but the signer is unknown",
      text: "The file agrees with itself, and was not signed with a key of this server. Ask whoever made it for the key.",
    };
  }
  return {
    tone: "allow",
    title: "Verified",
    text: "Nothing was changed, and it was signed with a key that this server publishes.",
  };
}
