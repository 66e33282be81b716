import { parseAsString } from "nuqs/server";

/** `?bundle=`: the bundle whose details are shown. */
export const bundleParam = parseAsString;
