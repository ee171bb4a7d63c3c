// Who publishes the extension. The owner of a copy sets it: the manifest of a package takes its links from here, and a package
// is also made without.

/** The address of the repository, such as https://example.org/owner/tokenscope; empty: none is named. */
export const REPOSITORY = '';
