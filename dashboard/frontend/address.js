// Puts a filter that was carried to this page into its address, in place of the step of the
// browser's history that led here: one press of Back leads back. Where the address says
// something already, it is left alone.

export default function ({ data }) {
  const { search, pathname, hash } = document.location
  if (data.query && !search) history.replaceState({}, "", `${pathname}?${data.query}${hash}`)
}
