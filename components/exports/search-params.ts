import { asText } from "@/components/data/address-params";

/** `?bundle=`: the bundle whose details are shown. */
export const bundleParams = { bundle: asText };
