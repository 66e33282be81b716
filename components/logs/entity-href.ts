/** The page of a thing that an entry speaks of; undefined where it has none. */
export function entityHref(type: string, id: string): string | undefined {
  const at = encodeURIComponent(id);
  switch (type) {
    case "run":
      return `/activity/runs/${at}`;
    case "incident":
      return `/incidents/${at}`;
    case "policy":
      return `/policies/rules/${at}`;
    case "limit":
      return `/policies/limits/${at}`;
    case "api_key":
      return `/connectivity/api-keys/${at}`;
    default:
      return undefined;
  }
}
