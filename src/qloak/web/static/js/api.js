// Reading from the gateway: the browser's cookie may read, and only read.

/** The gateway's problem document as an exception. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = body?.code ?? "failed";
  }
}

/** To the sign-in page, and back here afterwards. */
export function signInAgain() {
  const back = location.pathname + location.search;
  location.assign(`/sign-in?reason=ended&back=${encodeURIComponent(back)}`);
}

/** A document of /v1. Arguments that are null are left out; arrays are joined with commas. */
export async function getJson(path, query = {}, { signal } = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  const answer = await fetch(given.length ? `${path}?${search}` : path, { signal, headers: { Accept: "application/json" } });
  if (answer.status === 401) signInAgain();
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Problem(answer.status, body);
  return body;
}
