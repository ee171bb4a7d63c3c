// Which the components of the page look at when they are imported, and Node 20 does not have.
globalThis.navigator ??= { userAgent: '' } as Navigator;
