// Requests to this host: JSON both ways.
const token = () => JSON.parse(document.body.getAttribute('hx-headers') ?? '{}')['X-CSRFToken'] ??
  document.querySelector('[name=csrfmiddlewaretoken]')?.value

// An address that came from elsewhere, if it leads to a page: none of a script, none that is no address.
export function webAddress (text) {
  if (!text || !URL.canParse(text, location.href)) return ''
  const { protocol, href } = new URL(text, location.href)
  return ['http:', 'https:'].includes(protocol) ? href : ''
}

export async function getJSON (url, signal) {
  const answer = await fetch(url, { signal, headers: { Accept: 'application/json' } })
  if (!answer.ok) throw new Error(String(answer.status))
  return answer.json()
}

export function post (url, data, { signal, accept = 'application/json' } = {}) {
  const headers = { Accept: accept, 'Content-Type': 'application/json', 'X-CSRFToken': token() }
  return fetch(url, { method: 'POST', signal, headers, body: JSON.stringify(data) })
}

export async function postJSON (url, data, signal) {
  const answer = await post(url, data, { signal })
  if (!answer.ok) throw new Error(String(answer.status))
  return answer.status === 204 ? {} : answer.json()
}
