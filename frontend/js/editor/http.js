// Requests to this host: JSON both ways.
const token = () => JSON.parse(document.body.getAttribute('hx-headers') ?? '{}')['X-CSRFToken'] ??
  document.querySelector('[name=csrfmiddlewaretoken]')?.value

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
