/** Whether pages reload when a source changes. Known without reading the other settings, which the proxy never sees. */
export const isDevelopment = process.env.NODE_ENV === "development";
