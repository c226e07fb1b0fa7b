// The address of what is seen: only what differs from a page that was opened anew.
const usual = new URLSearchParams(document.getElementById("lab").dataset.usual);

export const compare = {
  /** The path and query for a state. */
  address(query) {
    const given = new URLSearchParams([...query].filter(([name, value]) => name !== "set" && value !== usual.get(name)));
    return given.size ? `${location.pathname}?${given}` : location.pathname;
  },
};
