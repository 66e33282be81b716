const startRun = `curl -sS "$HOLDPOINT_URL/api/v1/runs" \\
  -H "Authorization: Bearer $HOLDPOINT_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"agent_id":"invoice-bot","goal":"Pay the open invoices"}'`;

const addresses = [
  { href: "/api/v1/openapi.json", text: "Every operation, as OpenAPI 3.1" },
  { href: "/api/health", text: "Whether this server and its database are ready" },
];

export default function StartPage() {
  return (
    <main className="mx-auto max-w-2xl px-6 py-16">
      <h1 className="text-xl font-semibold">Holdpoint</h1>
      <p className="mt-4 text-sm leading-6">
        This server decides, step by step, whether an agent&rsquo;s run may go on. A step that breaks policy stops its
        run, opens an incident and leaves a sealed trace. Runners and operators talk to it over HTTP.
      </p>
      <ul className="mt-6 space-y-2 text-sm">
        {addresses.map(({ href, text }) => (
          <li key={href}>
            <a className="font-mono underline underline-offset-4" href={href}>
              {href}
            </a>{" "}
            <span className="text-neutral-600 dark:text-neutral-400">{text}</span>
          </li>
        ))}
      </ul>
      <h2 className="mt-8 text-sm font-semibold">Start a run</h2>
      <pre className="mt-2 overflow-x-auto rounded bg-neutral-100 p-4 font-mono text-xs leading-5 dark:bg-neutral-900">
        <code>{startRun}</code>
      </pre>
    </main>
  );
}
