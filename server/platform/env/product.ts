/** What this program calls itself in documents that outlive it. A test holds the version to package.json. */
export const product = { name: "Holdpoint", version: "0.1.0" } as const;
